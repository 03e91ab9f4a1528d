"""The form of the tumor board: what is asked about one patient, and what the answers say.

`questions` finds the questions whose answer would change a verdict: `opening` knows where in the
record (`paths`, `slots`) an answer goes, `limits` which answers to try, `trial` judges them,
`search` tries them all.
`restated` writes completed answers as Observations. Above the evaluator, which decides.
"""
