"""From an Assessment to FHIR: plain dicts built by one typed builder, checked before they leave."""
