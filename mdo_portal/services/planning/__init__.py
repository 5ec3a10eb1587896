"""Putting cases on an agenda, and meetings that move or are not held."""
