"""Two who act on one patient at the same moment, at every place where one of them can be overtaken: `python -m tests.pairs`."""
