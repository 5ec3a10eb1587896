"""What leaves as FHIR: a signed decision, a question, and what the answer to either means."""
