"""Pictures encoded as frames."""

from dataclasses import dataclass

from kernelscope.experiment.place import Kernel
from kernelscope.picture.picture import Picture
from kernelscope.stream.wire import Kind, encode
from kernelscope.studies.shown import Shown


@dataclass(frozen=True)
class Pictures:
    """A picture as frames: the snapshot that everybody gets, and the kernels that viewers inspect."""

    run: int
    picture: Picture
    steps_per_second: float | None
    snapshot: bytes
    kernels: dict[Kernel, bytes]

    def of(self, wanted: Shown) -> bytes:
        """The snapshot frame for a viewer: the common one, or one of its own if it wants more than that has."""
        if self.picture.shared.covers(wanted):
            return self.snapshot
        return _snapshot(self.run, self.picture, self.steps_per_second, wanted)


def picture_frames(run: int, picture: Picture, steps_per_second: float | None) -> Pictures:
    """Encode a picture. Tensors become bytes only here: once for all viewers, with few exceptions."""
    return Pictures(
        run,
        picture,
        steps_per_second,
        _snapshot(run, picture, steps_per_second, picture.shared),
        {
            kernel: encode(Kind.KERNEL, _about(run, picture) | kernel.members, numbers)
            for kernel, numbers in picture.kernels.items()
        },
    )


def _about(run: int, picture: Picture) -> dict[str, object]:
    return {"run": run, "step": picture.step, "lane_steps": picture.lane_steps}


def _snapshot(run: int, picture: Picture, steps_per_second: float | None, wanted: Shown) -> bytes:
    names = picture.names(wanted)
    directory = {
        **_about(run, picture),
        "images_seen": picture.images_seen,
        "steps_per_second": steps_per_second,
        "time": picture.time,
        "active_step": picture.active_step,
        "limits": {name: picture.limits[name]._asdict() for name in names if name in picture.limits},
    }
    return encode(Kind.SNAPSHOT, directory, {name: picture.tensors[name] for name in names})
