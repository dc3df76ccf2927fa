"""The process that trains: one a running experiment, commands in, snapshots out."""
