"""Results onto a server: once, correctly, and never over something newer or over people's work.

One idea per module: what is new (`news`), what the server holds (`held`), what follows from both
(`decide`, pure), what is sent (`request`), what came back (`landed`), and the order of it all with
the ledger (`patient`). Source: interop 6 and 7.
"""
