"""evaluator/outcomes."""
