"""Small mistakes made on purpose in modules that keep a promise, and whether their tests notice: `make mutants NAME=merges`."""
