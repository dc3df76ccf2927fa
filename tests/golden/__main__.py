"""Write the golden frames: ``python -m tests.golden``. Only when the protocol has changed, with a new version."""

import json

from server.stream.wire import encode
from tests.golden import FOLDER, frames, readable

for name, (kind, directory, tensors) in frames().items():
    (FOLDER / f"{name}.bin").write_bytes(encode(kind, directory, tensors))
    text = json.dumps({"kind": int(kind), **readable(directory, tensors)}, indent=1, allow_nan=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", "utf-8")
