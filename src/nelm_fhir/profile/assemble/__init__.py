"""profile/assemble."""
