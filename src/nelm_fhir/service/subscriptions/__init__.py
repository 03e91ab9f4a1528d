"""Notifications of a FHIR server: what changed is fetched from there, judged, and kept."""
