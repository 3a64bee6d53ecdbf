"""For how long the city keeps things: the administrator's page."""
