"""Being heard: the neighbours who are written to, and what anybody says of a case while comments are open."""
