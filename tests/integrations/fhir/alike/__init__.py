"""The same message written otherwise: what a sender may change without meaning anything else, and what the reader then gives."""
