"""Three people and a wall screen in the room on bad lines, by chance: what must hold whatever they do. `python -m tests.monkey`."""
