"""Tests of reading strangers' map files."""
