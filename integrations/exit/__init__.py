"""The open exit: a case as FHIR documents, IHE workflow documents and its own files, in one archive that needs no portal to read."""
