"""The doors of a hospital: HTTP over the unchanged straight line.

Needs the extra `service`. A door is a module with `routes(site)`; `app.py` puts them together.
"""
