"""The scripts at the door: set-up, server, checks."""
