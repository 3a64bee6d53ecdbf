"""Figures of the register: how many, how long, how many too late, and why refused; reckoned by the database."""
