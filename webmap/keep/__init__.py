"""Maps one can keep: shared, printed to scale, downloaded, and a place as one file that needs no network."""
