"""What hospitals told of a case, and which case that is: facts, documents, results, appointments; what newer words replaced stays."""
