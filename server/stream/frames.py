"""A worker's pictures as frames."""

from dataclasses import dataclass, field

from server.runner.picture import Kernel, Picture
from server.stream.wire import Kind, encode


@dataclass(frozen=True)
class Pictures:
    """A picture as frames: the snapshot, and the kernels that are looked at."""

    snapshot: bytes
    kernels: dict[Kernel, bytes] = field(default_factory=dict)


def picture_frames(run: int, picture: Picture, steps_per_second: float | None) -> Pictures:
    """The only place where tensors become bytes: once, whoever watches."""
    directory = {"run": run, "step": picture.step, "lane_steps": picture.lane_steps}
    snapshot = {
        **directory,
        "images_seen": picture.images_seen,
        "steps_per_second": steps_per_second,
        "time": picture.time,
        "active_step": picture.active_step,
        "limits": {name: limit._asdict() for name, limit in picture.limits.items()},
    }
    return Pictures(
        encode(Kind.SNAPSHOT, snapshot, picture.tensors),
        {
            kernel: encode(
                Kind.KERNEL,
                {**directory, "layer": kernel.layer, "out": kernel.out, "in": kernel.channel},
                numbers,
            )
            for kernel, numbers in picture.kernels.items()
        },
    )
