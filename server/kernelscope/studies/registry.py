"""The list of all studies, and the conversion of their subjects from and to JSON."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter

from kernelscope.studies.emergence import EmergenceSubject
from kernelscope.studies.errors import ErrorsSubject
from kernelscope.studies.film import FilmSubject
from kernelscope.studies.gradient_noise import NoiseSubject
from kernelscope.studies.image import ImageSubject
from kernelscope.studies.lens import LensSubject
from kernelscope.studies.life import LifeSubject
from kernelscope.studies.line import LineSubject
from kernelscope.studies.maximisation import FormationSubject, MaximisationSubject
from kernelscope.studies.one_weight import WeightSubject
from kernelscope.studies.past import PastSubject
from kernelscope.studies.patches import PatchesSubject
from kernelscope.studies.pictures import PicturesSubject
from kernelscope.studies.range_test import RangeSubject
from kernelscope.studies.saliency import SaliencySubject
from kernelscope.studies.subject import Subject
from kernelscope.studies.trace import TraceSubject

STUDIES: tuple[type[Subject], ...] = (
    LineSubject,
    LensSubject,
    RangeSubject,
    WeightSubject,
    LifeSubject,
    TraceSubject,
    FilmSubject,
    PastSubject,
    NoiseSubject,
    ImageSubject,
    PatchesSubject,
    MaximisationSubject,
    FormationSubject,
    SaliencySubject,
    ErrorsSubject,
    PicturesSubject,
    EmergenceSubject,
)
KINDS = tuple(study.kind for study in STUDIES)

if TYPE_CHECKING:
    WantedSubject = Subject
    """The subjects that a viewer may want, as a pydantic type. The others are started by a command, for everybody."""
else:
    WantedSubject = Annotated[
        reduce(or_, (study for study in STUDIES if not study.shared)), Field(discriminator="kind")
    ]

_adapters: dict[type[Subject], TypeAdapter[Any]] = {study: TypeAdapter(study) for study in STUDIES}


def written(subject: Subject) -> dict[str, Any]:
    """Convert a subject to JSON members."""
    members: dict[str, Any] = _adapters[type(subject)].dump_python(subject, mode="json", by_alias=True)
    return members
