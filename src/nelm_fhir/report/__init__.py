"""Documents for people, made from an Assessment alone."""
