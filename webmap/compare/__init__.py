"""Several parcels at once: side by side, and added up."""
