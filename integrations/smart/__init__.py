"""SMART Backend Services: systems that prove themselves to each other by a signed assertion instead of a shared secret."""
