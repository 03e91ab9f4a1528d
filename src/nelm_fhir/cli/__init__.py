"""Command line: parse, call, show. The only room with click and rich."""
