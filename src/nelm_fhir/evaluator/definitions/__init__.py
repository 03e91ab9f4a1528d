"""The shared definitions of rules sections 6 to 10, one module per section."""
