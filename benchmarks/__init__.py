"""How fast and how small the network of `server.nn` is beside PyTorch on the same machine: ``python -m benchmarks``."""
