"""evaluator/definitions."""
