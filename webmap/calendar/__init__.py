"""Which days count in this city: the calendar's page for everybody, and the administrator's changes."""
