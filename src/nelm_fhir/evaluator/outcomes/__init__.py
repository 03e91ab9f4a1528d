"""Published figures and texts that may stand beside a verdict (rules 11, 12)."""
