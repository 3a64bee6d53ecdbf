"""The letters of a case that are kept for good: the decision, and the certificate of completion."""
