"""The small still map that stands where a page means a place."""
