"""Dates, amounts, three-valued logic, codes, evidence and issues: pure, standard library only."""
