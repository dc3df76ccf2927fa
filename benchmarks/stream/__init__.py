"""How the stream holds up on this machine: ``python -m benchmarks stream``. Each part has a server of its own."""
