"""From a worker's reports to every viewer's bytes: newest tensors only, scalars without gaps (docs/protocol.md)."""
