"""A hospital's own FHIR server: its address, our token there, and asking it for something within bounds."""
