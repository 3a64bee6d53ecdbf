"""What programs may ask, described for them (OpenAPI 3.1): one table, held against the application's own addresses."""
