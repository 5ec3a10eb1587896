"""What leaves as HL7 v2: a signed decision written, judged and sent."""
