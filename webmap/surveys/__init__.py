"""The surveys' pages: sending a file, what was found in it, what it would change, and the decision."""
