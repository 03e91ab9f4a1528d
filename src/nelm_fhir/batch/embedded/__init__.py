"""The embedded engine: one machine, the core install, bounded memory."""
