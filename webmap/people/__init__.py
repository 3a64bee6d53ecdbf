"""The administrator's page of people: invite, give roles and take them back, and see who did what."""
