"""How fast and how small the networks are beside PyTorch's, and how the stream holds up: ``python -m benchmarks``."""
