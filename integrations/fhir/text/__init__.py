"""FHIR as text: the gates of JSON and XML, the judge, and single values. Nothing here knows what a message is for."""
