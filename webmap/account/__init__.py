"""A person's own page: who the city takes them for, how they sign in, and where they are signed in."""
