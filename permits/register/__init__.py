"""The public register: what everybody may read of the city's permits, as list, page, feed and file."""
