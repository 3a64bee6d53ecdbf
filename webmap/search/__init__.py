"""The search, as a page and for the search box."""
