"""The messages of a class (docs/protocol.md): what its pages may say, and what the server says."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from kernelscope.experiment.lane_config import Strict
from kernelscope.experiment.own_image import MOST_LEVELS
from kernelscope.experiment.place import Weight
from kernelscope.experiment.texts import of_form

Id = Annotated[str, Field(min_length=1, max_length=64)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
SettingName = Annotated[str, of_form("[a-z]{1,20}", "a setting of the address, 1 to 20 of the letters a–z")]
SettingText = Annotated[str, Field(max_length=1000 + MOST_LEVELS // 3 * 4)]
"""A whole picture is the longest of them: `image=own.…`, in base64."""
Way = Literal["up", "down"]


class Place(Strict):
    """What the teacher's pointer is on: a cell of the board, or a point within an element of the page."""

    cell: Annotated[str, Field(max_length=200)] | None = None
    """A weight, as in an address: layer.lane.out.in.row.column."""
    element: Annotated[str, Field(max_length=300)] | None = None
    """A CSS selector."""
    band: Annotated[int, Field(ge=0, le=15)] = 0
    """The number of the quantity, from the top, in whose picture the cell is; below them all, the map of its filter."""
    x: Share = 0.5
    y: Share = 0.5


class LeadMessage(Strict):
    """What the teacher's page shows: an experiment, and the settings of the view as its address has them."""

    type: Literal["lead"]
    experiment: Id
    settings: Annotated[dict[SettingName, SettingText], Field(max_length=40)]


class WanderMessage(Strict):
    """Whether this page looks around by itself instead of following."""

    type: Literal["wander"]
    wanders: bool


class PointMessage(Strict):
    """What the teacher points at; null: at nothing any longer."""

    type: Literal["point"]
    at: Place | None


class AskMessage(Strict):
    """The teacher's question whether a weight will go up or down in the step after `step`."""

    type: Literal["ask"]
    experiment: Id
    lane: Annotated[str, Field(max_length=16)]
    weight: Weight
    run: Count
    step: Count


class VoteMessage(Strict):
    """An answer to the question of this number. Until that is closed, it may be changed."""

    type: Literal["vote"]
    question: Count
    answer: Way


class CloseMessage(Strict):
    """The teacher takes no more answers."""

    type: Literal["close"]


class DismissMessage(Strict):
    """The teacher puts the question away."""

    type: Literal["dismiss"]


TeacherMessage = LeadMessage | PointMessage | AskMessage | CloseMessage | DismissMessage
ClassMessage = TeacherMessage | WanderMessage | VoteMessage


class ClassGreeting(BaseModel):
    """The `class` message, the first one: whether this page is the one that others follow, and whether it may vote."""

    type: Literal["class"] = "class"
    leads: bool
    votes: bool


class AttendanceMessage(BaseModel):
    """The `attendance` message, for the teacher's page: how many of the students' pages follow, and how many don't."""

    type: Literal["attendance"] = "attendance"
    following: int
    wandering: int


class LessonMessage(BaseModel):
    """The `lesson` message: what the teacher's page shows."""

    type: Literal["lesson"] = "lesson"
    experiment: str
    settings: dict[str, str]


class PointedMessage(BaseModel):
    """The `pointed` message: what the teacher points at."""

    type: Literal["pointed"] = "pointed"
    at: Place | None


class Tally(BaseModel):
    """A question with its tally, as one page sees it: `mine` is its own answer; `missed`: the step went by unseen."""

    number: int
    experiment: str
    lane: str
    weight: Weight
    run: int
    step: int
    open: bool
    up: int
    down: int
    mine: Way | None
    before: float | None
    after: float | None
    missed: bool


class QuestionMessage(BaseModel):
    """The `question` message; null: there is none."""

    type: Literal["question"] = "question"
    question: Tally | None
