"""What hospitals send: kept, put in order, claimed, understood, put aside; and fetching what they hold ready."""
