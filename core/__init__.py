"""What every room stands on: settings, the database, geometry, words, files. Knows no city word."""
