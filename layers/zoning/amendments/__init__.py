"""Amendments of the plan: drafted beside it, checked, consulted on, adopted, and in force on a day."""
