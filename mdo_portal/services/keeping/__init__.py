"""How long data stay and how they go: terms, requests, holds, keys, and what is done after the database was put back."""
