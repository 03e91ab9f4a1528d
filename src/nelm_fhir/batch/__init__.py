"""Whole populations: the straight line over many patients, in bounded memory, to be taken up again.

An engine finds who may have a neuroendocrine tumor, brings their lines together and judges each
patient by the two pure functions of `pipeline`; outputs are made from the ledger alone.
"""
