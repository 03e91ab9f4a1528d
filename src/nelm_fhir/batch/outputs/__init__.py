"""What a run writes into its folder, made from the ledger alone."""
