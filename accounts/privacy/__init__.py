"""What a person may ask of the city about themselves, and how long the city keeps what it knows."""
