"""The engine on Apache Spark: the same two functions, beyond one machine (extra `spark`)."""
