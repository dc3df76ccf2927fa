"""A worker's pictures as frames."""

import json
from base64 import b64encode
from dataclasses import dataclass, field

from server.runner.messages import Found, Revisited
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


def past_found(past: Revisited) -> Found:
    """An earlier step, as the `past` message of docs/protocol.md."""
    frame = picture_frames(past.run, past.picture, None).snapshot
    members = {
        "type": past.subject.kind,
        "run": past.run,
        "lane": past.subject.lane,
        "step": past.step,
        "asked": past.subject.step,
        "frame": b64encode(frame).decode(),
    }
    return Found(past.subject, json.dumps(members, separators=(",", ":")))
