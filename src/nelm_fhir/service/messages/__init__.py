"""Messages: kept before anybody is told that they arrived, judged in turn, answered once."""
