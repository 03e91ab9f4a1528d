"""Who asks: tokens of issuers, the JWT of a calling EHR, users named by a proxy; and from where."""
