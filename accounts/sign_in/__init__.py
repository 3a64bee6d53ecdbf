"""Flask-Security fitted to this house: its settings, forms, letters, sessions and rates. Used by accounts.web alone."""
