"""Maps drawn by the server, true to scale, from the exact shapes: for paper and certificates."""
