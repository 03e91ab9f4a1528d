"""FHIR servers: reading a patient's record, and writing results back. The only room with a network.

Nothing here judges. What is fetched enters the straight line as bytes; what is sent left it as
resources.
"""
