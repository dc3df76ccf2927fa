"""Make the gallery's pictures, all or those that are named: `python docs/take_gallery.py start`. Node paints real runs.

A row for each lane, its first kernels side by side, a pixel a weight.
"""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from kernelscope import datasets
from kernelscope.api.pages.gallery import COMPARISONS, STEPS, Comparison
from kernelscope.experiment import Experiment
from kernelscope.picture.picture import picture
from kernelscope.picture.scale import Scales
from kernelscope.picture.snapshot import snapshot_of
from kernelscope.studies.shown import LANES, Shown
from PIL import Image

DOCS = Path(__file__).parent
PICTURES = DOCS.parent / "static" / "gallery"
KERNELS = 8
"""The number of kernels of each lane."""


def take(comparison: Comparison) -> None:
    """Train, and paint the first layer's kernels in both themes."""
    config = comparison.config
    experiment = Experiment(config, datasets.load(config.dataset))
    with closing(experiment.parallel):
        for _ in range(STEPS):
            experiment.advance()
    shown = picture(snapshot_of(experiment), Scales(), 0, [], Shown(frozenset({LANES})), exact=True)
    weights = shown.tensors["params/conv1.weight"][:, :KERNELS]
    limits = [shown.limits["params/conv1.weight"]] * len(weights)
    if comparison.own_scales:
        limits = shown.lane_limits["params/conv1.weight"]
    for theme in ("light", "dark"):
        about = {
            "theme": theme,
            "limits": [limit.limit for limit in limits],
            "shape": weights.shape,
            "weights": weights.ravel().tolist(),
        }
        painted = subprocess.run(
            ["node", DOCS / "paint_kernels.mjs"], input=json.dumps(about).encode(), capture_output=True, check=True
        )
        lanes, filters, _, rows, cols = weights.shape
        size = filters * (cols + 1) - 1, lanes * (rows + 1) - 1
        path = PICTURES / f"{comparison.name}.{theme}.png"
        Image.frombytes("RGBA", size, painted.stdout).save(path, optimize=True)


if __name__ == "__main__":
    wanted = sys.argv[1:]
    for one in COMPARISONS:
        if wanted and one.name not in wanted:
            continue
        take(one)
        print(one.name)
