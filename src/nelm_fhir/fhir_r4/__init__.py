"""fhir_r4."""
