"""nelm-fhir: published liver transplantation criteria for NELM, judged on FHIR R4 records."""
