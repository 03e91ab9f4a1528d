"""A profile becomes the record a hospital would send, in one of several styles of coding."""
