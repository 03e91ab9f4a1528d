"""Documents in which the service describes itself; `describing` serves them."""
