"""Mappers: one resource to findings; one module per clinical finding.

`registry` is the way in. `observations`, `conditions`, `procedures`, `reports`, `specimens` and
`demographics` say what a resource of that type can state; `attested` reads the attested entry from
one table, the others read standard codes. `source` and `asked` are what a mapper is handed.
"""
