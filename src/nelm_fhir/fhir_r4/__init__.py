"""FHIR R4 JSON in: the usable resources of one patient, and what was not used (start: read.py)."""
