"""The candidate: what is known of one person at one as-of date, and how findings become it."""
