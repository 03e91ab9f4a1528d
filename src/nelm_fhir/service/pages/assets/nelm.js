// Swaps the table of the worklist in place when a filter changes.
