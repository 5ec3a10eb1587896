"""The entries of one message: how they point at each other, whose they are, and what is said around each."""
