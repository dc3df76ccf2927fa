"""The source that trains on this machine: one worker process per experiment."""
