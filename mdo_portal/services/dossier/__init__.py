"""What hospitals told of a case: facts, documents, results, appointments; the newest word stands, what it replaced stays."""
