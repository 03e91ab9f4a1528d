"""What records hold of the data elements, how it is coded, and which codes near them nobody maps.

Counts over records, never values: made to be mailed. Also what follows from such a report: the
scaffold of an overlay, and the review of one.
"""
