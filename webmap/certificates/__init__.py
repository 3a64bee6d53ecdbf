"""Zoning certificates on paper and on the screen: issued as PDF, verified at an address of their own."""
