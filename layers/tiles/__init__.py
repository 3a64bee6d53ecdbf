"""Vector tiles: grid maths, sources, encoding."""
