"""The judge: one profile and the criteria sets in, one Assessment out; it never reads FHIR."""
