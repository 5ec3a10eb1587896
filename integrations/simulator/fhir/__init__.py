"""FHIR as two simulated EPDs speak it: R4 (Epic-like) and STU3 (zib2017); referrals out, letters in."""
