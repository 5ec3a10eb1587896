"""The FHIR wire: R4 and STU3, in and out; JSON, and XML where a hospital asks in it. Rooms, and above them the doors that others call."""
