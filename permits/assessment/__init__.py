"""The officer's work on a case: requests, checks, conditions, consultees, and the messages with the applicant."""
