"""Destroying: only through the one door, only what may go, all of it, once, and with proof."""
