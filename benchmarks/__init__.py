"""Benchmarks of speed and memory against PyTorch, and of the stream under load: ``python -m benchmarks``."""
