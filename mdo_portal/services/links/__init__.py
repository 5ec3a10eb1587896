"""Hospitals and their links: who sends, how safe the line is, by which certificates, keys and tokens."""
