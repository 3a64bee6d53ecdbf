"""Problem reports, satisfaction and alerts."""
