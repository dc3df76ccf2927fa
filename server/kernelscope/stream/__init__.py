"""From a worker's messages to every viewer's bytes: tensors latest-wins, scalars gapless (docs/protocol.md)."""
