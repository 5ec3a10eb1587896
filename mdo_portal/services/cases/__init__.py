"""The case as people read it: its page, the lists it stands on, what is new, and taking it along to another system."""
