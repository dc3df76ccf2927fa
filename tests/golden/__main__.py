"""Write the golden messages: ``python -m tests.golden``. Only when the protocol has changed, with a new version."""

import json

from tests.golden import FOLDER, MESSAGES, encoded, readable

for name, message in MESSAGES.items():
    (FOLDER / f"{name}.bin").write_bytes(encoded(message))
    text = json.dumps(readable(message), indent=1, allow_nan=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", "utf-8")
