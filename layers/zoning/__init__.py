"""Zones, their classes and the rules of building that follow from them, true on any day."""
