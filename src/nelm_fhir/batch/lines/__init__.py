"""The lines of a population: found, looked through, and kept account of, for every engine."""
