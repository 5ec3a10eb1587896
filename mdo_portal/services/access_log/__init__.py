"""The access log (NEN 7513): writing its lines, sealing them, reading them back, and what its rules point at."""
