"""The meeting while it is held: which case is on, who is there, what is typed together."""
