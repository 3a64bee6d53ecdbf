"""People, roles and permissions."""
