"""Pages for people: try a record, the worklist, the report of a patient, what is missing as a form.

Made on the server, whole without script. Words come from `mappings/pages`, elements from
`report/markup.py`, so that nothing of a record becomes markup.
"""
