"""The queue as the administrator sees it: what waits, what was given up, and a way to try again."""
