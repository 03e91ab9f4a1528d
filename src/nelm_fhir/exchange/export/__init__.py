"""Bulk Data Access: asking a server for the resources of many patients, as files.

Steps: kick-off, polling, manifest, files, clean-up. Each is noted before the next begins, so that
the same call after an interruption goes on where it stopped.
"""
