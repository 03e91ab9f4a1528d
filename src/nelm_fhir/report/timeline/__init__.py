"""The timeline of one patient: dated events and running clocks, drawn and told in words."""
