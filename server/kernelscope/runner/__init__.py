"""The source that trains here: a process for each experiment."""
