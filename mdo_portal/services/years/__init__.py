"""A year of a board in counts of what people entered."""
