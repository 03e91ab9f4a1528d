"""CDS Hooks 2.0.1: an EHR asks while a chart is open, and shows a card to the physician."""
