"""The FHIR wire: R4 and STU3 bundles in and out, JSON only. `reader` and `sender` are the two doors."""
