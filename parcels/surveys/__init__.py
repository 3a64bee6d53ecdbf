"""Surveys: a surveyor's file is checked, held against the city, approved by another, and written at one stroke."""
