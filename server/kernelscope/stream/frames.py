"""Pictures encoded as frames."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kernelscope.experiment.place import Kernel
from kernelscope.picture.picture import Picture
from kernelscope.stream.wire import Kind, encode
from kernelscope.studies.shown import LANES, OF_AN_IMAGE, PREDICTIONS, SYMLOG, Shown, image_of


@dataclass(frozen=True)
class Pictures:
    """A picture as frames: the snapshot that everybody gets, and those for viewers who want more or inspect kernels."""

    run: int
    picture: Picture
    steps_per_second: float | None
    common: Shown
    """What that snapshot has: what the picture shares, for a single image."""
    snapshot: bytes

    def selection(self, wanted: Shown) -> Shown:
        """What the frame for a viewer has: what is common, or exactly what it wants if that is more."""
        return self.common if self.common.covers(wanted) else wanted

    def of(self, wanted: Shown) -> bytes:
        """The snapshot frame for a viewer (see `selection`)."""
        if self.common.covers(wanted):
            return self.snapshot
        return _snapshot(self.run, self.picture, self.steps_per_second, wanted)

    def kernel(self, kernel: Kernel, wanted: Shown) -> bytes:
        """The frame of a kernel of the picture, with its filter's maps of the image of `wanted`, if these are wanted.

        Raises:
            KeyError: the picture doesn't have this kernel.
        """
        maps = {f"{name}.{image}" for image in wanted.images for name in wanted.quantities.intersection(OF_AN_IMAGE)}
        numbers = {
            _alone(name): array
            for name, array in self.picture.kernels[kernel].items()
            if name in maps or not image_of(name)
        }
        return encode(Kind.KERNEL, _about(self.run, self.picture) | kernel.members, numbers)


def picture_frames(run: int, picture: Picture, steps_per_second: float | None) -> Pictures:
    """Encode a picture. Tensors become bytes only here: once for all viewers, with few exceptions."""
    common = picture.shared.with_images(picture.shared.images[:1])
    return Pictures(
        run,
        picture,
        steps_per_second,
        common,
        _snapshot(run, picture, steps_per_second, common),
    )


def _about(run: int, picture: Picture) -> dict[str, object]:
    return {"run": run, "step": picture.step, "lane_steps": picture.lane_steps}


def _snapshot(run: int, picture: Picture, steps_per_second: float | None, wanted: Shown) -> bytes:
    names = picture.names(wanted)
    said = {name: _said(name) for name in names}
    directory: dict[str, object] = {
        **_about(run, picture),
        "images_seen": picture.images_seen,
        "steps_per_second": steps_per_second,
        "time": picture.time,
        "active_step": picture.active_step,
        "limits": {said[name]: picture.limits[name]._asdict() for name in names if name in picture.limits},
        **({"image": image} if (image := _image(names)) is not None else {}),
    }
    if LANES in wanted.quantities and picture.lane_limits:
        of_lanes = {said[name]: picture.lane_limits[name] for name in names if name in picture.lane_limits}
        directory["lane_limits"] = {name: [limit._asdict() for limit in limits] for name, limits in of_lanes.items()}
    if SYMLOG in wanted.quantities and picture.symlog_limits:
        symlog = {said[name]: picture.symlog_limits[name] for name in names if name in picture.symlog_limits}
        directory["symlog_limits"] = {name: limit._asdict() for name, limit in symlog.items()}
    return encode(Kind.SNAPSHOT, directory, {said[name]: picture.tensors[name] for name in names})


def _image(names: Iterable[str]) -> int | None:
    """The image that a frame with the tensors of these names is about; None: it is about none."""
    found = (re.fullmatch(rf"{PREDICTIONS}\.(-?\d+)/.*", name) for name in names)
    return next((int(match[1]) for match in found if match), None)


def _said(name: str) -> str:
    """The name of a tensor on the wire, where a frame is about one image at most."""
    quantity, _, rest = name.partition("/")
    said = re.sub(rf"\b{PREDICTIONS}\.-?\d+$", "image", _alone(quantity))
    return f"{said}/{rest}"


def _alone(quantity: str) -> str:
    """A quantity without the index of the image that it is of."""
    return re.sub(rf"\b({'|'.join(OF_AN_IMAGE)})\.-?\d+$", r"\1", quantity)
