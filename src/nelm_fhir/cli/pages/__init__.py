"""What commands show on a terminal, one page per file."""
