"""The result: what was judged of one candidate, complete enough to make any page from it alone."""
