"""What becomes of a recommendation after the signature."""
