"""What was judged, written and acknowledged, kept in SQLite so that it outlives the program."""
