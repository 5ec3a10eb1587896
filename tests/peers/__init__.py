"""Programs that nobody here wrote and that want a Python environment of their own; `make peers`."""
