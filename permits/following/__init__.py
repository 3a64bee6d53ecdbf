"""A case as its applicant follows it: what is asked of them, what they may do, and their talk with the city."""
