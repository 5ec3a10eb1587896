"""One message, walked once: its segments with what belongs to them, its people, its documents, and what it says of itself."""
