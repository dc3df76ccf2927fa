"""What a class shares: the teacher leads and points, the others follow and answer."""

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from kernelscope.api.classroom import socket as class_socket
from kernelscope.api.classroom.lesson import Lesson, Member
from kernelscope.api.classroom.messages import (
    AskMessage,
    AttendanceMessage,
    ClassGreeting,
    LeadMessage,
    LessonMessage,
    PointedMessage,
    PointMessage,
    QuestionMessage,
    VoteMessage,
)
from kernelscope.api.classroom.question import MOST_VOTERS, Question
from kernelscope.api.socket.messages import parse_as
from kernelscope.impossible import Impossible
from kernelscope.store import Store, StoreError, lessons
from kernelscope.stream.channel import Channel
from kernelscope.stream.history import History
from kernelscope.studies.life import LifeSubject
from pydantic import BaseModel
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.api.page import watch
from tests.clients import Serve, led_to, make
from tests.processes import ROOT

WEIGHT = {"layer": "conv1", "out": 1, "in": 0, "row": 2, "col": 4}
ASKED = AskMessage.model_validate(
    {"type": "ask", "experiment": "x", "lane": "B", "weight": WEIGHT, "run": 1, "step": 120}
)
TEXT = (ROOT / "docs" / "protocol.md").read_text().partition("\n## A class\n")[2]


def vote(answer: str, question: int = 1) -> VoteMessage:
    return VoteMessage.model_validate({"type": "vote", "question": question, "answer": answer})


def found(step: int, values: dict[int, float | None], *, run: int = 1) -> str:
    """What the study of the weight's life says of lane B."""
    life = {"steps": [*values], "values": [*values.values()]}
    return json.dumps({"type": "found", "run": run, "step": step, "payload": {"lanes": {"B": life}}})


def told(lesson: Lesson, member: Member) -> dict[str, Any]:
    """What a page is told now, by type."""
    return {message["type"]: message for message in map(json.loads, lesson.take(member))}


def test_a_page_is_told_only_the_newest_and_only_what_is_its_own_to_know() -> None:
    lesson = Lesson(10)
    teacher = Member("teacher", teacher=True, watches=False)
    early = Member("early", teacher=False, watches=True)
    projector = Member("teacher", teacher=True, watches=True)
    with lesson.attended(teacher), lesson.attended(early), lesson.attended(projector):
        assert told(lesson, teacher) == {
            "class": {"type": "class", "leads": True, "votes": False},
            "attendance": {"type": "attendance", "following": 1, "wandering": 0},
            "question": {"type": "question", "question": None},
        }, "the teacher's own page at the projector is nobody of the class"
        nothing = {"question": {"type": "question", "question": None}}
        assert told(lesson, early) == {"class": {"type": "class", "leads": False, "votes": True}} | nothing
        assert told(lesson, projector) == {"class": {"type": "class", "leads": False, "votes": False}} | nothing
        for tab in ("step", "weight"):
            lesson.lead(LeadMessage(type="lead", experiment="x", settings={"tab": tab}))
        shown = {"lesson": {"type": "lesson", "experiment": "x", "settings": {"tab": "weight"}}}
        assert told(lesson, early) == told(lesson, projector) == shown
        assert not told(lesson, early)
        assert not told(lesson, teacher), "whoever leads follows nobody"
        late = Member("late", teacher=False, watches=True)
        with lesson.attended(late):
            assert told(lesson, late)["lesson"] == shown["lesson"]
            lesson.wander(early, True)
            assert told(lesson, teacher)["attendance"] == {"type": "attendance", "following": 1, "wandering": 1}
            assert not told(lesson, early)
        assert told(lesson, teacher)["attendance"]["following"] == 0
        lesson.forget("another")
        assert lesson.experiment == "x"
        lesson.forget("x")
        assert lesson.experiment is None


def test_what_a_page_points_at_is_forgotten_with_it() -> None:
    lesson = Lesson(10)
    pupil = Member("pupil", teacher=False, watches=True)
    with lesson.attended(pupil):
        for leaves in (True, False):
            first, second = (Member("teacher", teacher=True, watches=False) for _ in range(2))
            with lesson.attended(first):
                with lesson.attended(second):
                    lesson.point(second, PointMessage.model_validate({"type": "point", "at": {"element": "#status"}}))
                    assert told(lesson, pupil)["pointed"]["at"]["element"] == "#status"
                    if not leaves:  # the teacher goes on in another window
                        lesson.point(first, PointMessage.model_validate({"type": "point", "at": {"element": "#class"}}))
                at = told(lesson, pupil)["pointed"]["at"]
                assert at is None if leaves else at["element"] == "#class"


def test_a_question_is_answered_by_whichever_source_the_experiment_has() -> None:
    lesson = Lesson(10)
    before, after = Channel(History(1, 1)), Channel(History(1, 1))
    pupil = Member("pupil", teacher=False, watches=True)
    with lesson.attended(pupil):
        lesson.ask(ASKED, before)
        subject = LifeSubject(ASKED.weight)
        for hear in [*before.listeners]:
            hear(subject, found(120, {120: 0.25}))
        assert lesson.awaits == "x"
        lesson.hear(after)  # it has slept
        assert not before.listeners
        for hear in [*after.listeners]:
            hear(subject, found(121, {120: 0.25, 121: 0.5}))
        question = told(lesson, pupil)["question"]["question"]
        assert (question["before"], question["after"], lesson.awaits) == (0.25, 0.5, None)


def test_whoever_cannot_be_known_again_cannot_answer() -> None:
    lesson = Lesson(10)
    stranger = Member(None, teacher=False, watches=True)
    with lesson.attended(stranger):
        lesson.ask(ASKED, Channel(History(1, 1)))
        with pytest.raises(Impossible, match="cookie"):
            lesson.vote(stranger, vote("up"))
        question = told(lesson, stranger)["question"]["question"]
        assert (question["up"], question["mine"]) == (0, None)


def test_a_question_counts_one_answer_of_each_until_it_is_closed() -> None:
    question = Question(1, ASKED)
    question.vote("one", vote("up"))
    question.vote("other", vote("up"))
    question.vote("one", vote("down"))
    seen = question.seen_by("one")
    assert (seen.up, seen.down, seen.mine, seen.open) == (1, 1, "down", True)
    assert question.seen_by("nobody").mine is None
    with pytest.raises(Impossible, match="expected question 1, got 2"):
        question.vote("one", vote("up", question=2))
    question.open = False
    with pytest.raises(Impossible, match="closed"):
        question.vote("late", vote("up"))
    seen = question.seen_by("late")
    assert (seen.up, seen.down, seen.open) == (1, 1, False)


def test_a_question_learns_from_the_run_what_the_step_did_and_closes() -> None:
    question = Question(1, ASKED)
    question.learn(found(120, {119: 0.5, 120: 0.25}))
    assert question.open
    assert (question.awaited, question.seen_by(None).before) == (True, None), "nobody is told before the step"
    question.learn(found(121, {120: 9, 121: 9}, run=0))
    assert question.awaited, "an older run's"
    question.learn(found(121, {64: 1, 121: 0.2487}))  # which doesn't keep step 120 any more
    seen = question.seen_by(None)
    assert (seen.open, seen.before, seen.after, seen.missed) == (False, 0.25, 0.2487, False)


@pytest.mark.parametrize(
    "text", [found(500, {120: 0.25, 124: 1}), found(121, {120: 0.25, 121: None}), found(0, {0: 1}, run=2)]
)
def test_a_step_that_went_by_unseen_is_missed(text: str) -> None:
    question = Question(1, ASKED)
    question.learn(text)
    seen = question.seen_by(None)
    assert (seen.open, seen.before, seen.after, seen.missed) == (False, None, None, True)


def test_a_question_takes_so_many_answers_and_no_more() -> None:
    question = Question(1, ASKED)
    for voter in range(MOST_VOTERS):
        question.vote(str(voter), vote("up"))
    with pytest.raises(Impossible, match="at most"):
        question.vote("one more", vote("up"))
    question.vote("0", vote("down"))
    assert (question.seen_by("0").up, question.seen_by("0").down) == (MOST_VOTERS - 1, 1)


class Seat:
    """A page of the class."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def send(self, type: str, **members: Any) -> None:
        self.socket.send(json.dumps({"type": type, **members}))

    def text(self, type: str, **members: Any) -> dict[str, Any]:
        """The first message of this type with these members."""
        while True:
            got: dict[str, Any] = json.loads(self.socket.recv(timeout=20))
            if got["type"] == type and members.items() <= got.items():
                return got

    def question(self, **members: Any) -> dict[str, Any]:
        """The question, once it has these members."""
        while True:
            question: dict[str, Any] | None = self.text("question")["question"]
            if question and members.items() <= question.items():
                return question

    def refusal(self, about: str) -> str:
        """Why it was refused."""
        code: str = self.text("error", about=about)["problems"][0]["code"]
        return code


@contextmanager
def seat(client: httpx.Client, visitor: str | None = None, *, query: str = "watch=true") -> Iterator[Seat]:
    """Take part as `client`'s own visitor, or as another."""
    address = str(client.base_url.join(f"/ws/class?{query}")).replace("http", "ws", 1)
    own = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    with connect(address, additional_headers={"Cookie": f"visitor={visitor}" if visitor else own}) as socket:
        yield Seat(socket)


@pytest.fixture
def known_key(monkeypatch: pytest.MonkeyPatch) -> str:
    class Known:
        token_urlsafe = staticmethod(lambda _: "the-key")
        compare_digest = staticmethod(secrets.compare_digest)

    monkeypatch.setattr("kernelscope.api.guards.classroom.secrets", Known)
    return "the-key"


def someone() -> str:
    return secrets.token_urlsafe(16)


def test_a_class_follows_answers_and_cannot_cheat(serve: Serve, known_key: str) -> None:
    with serve(classroom=True, max_viewers=3) as teacher:
        teacher.get(f"/?teacher={known_key}")
        one, other = make(teacher), make(teacher)
        pupil = someone()
        asked = {"experiment": one, "lane": "B", "weight": WEIGHT, "run": 1, "step": 0}
        with seat(teacher, query="") as desk, seat(teacher, pupil) as first, seat(teacher, someone()) as second:
            assert desk.text("class")["leads"]
            assert not first.text("class")["leads"]
            desk.text("attendance", following=2, wandering=0)
            first.send("wander", wanders=True)
            desk.text("attendance", following=1, wandering=1)

            desk.send("lead", experiment=one, settings={"tab": "weight", "cell": "conv1.B.1.0.2.4"})
            assert second.text("lesson")["settings"] == {"tab": "weight", "cell": "conv1.B.1.0.2.4"}
            drawn = f"own.7.{'A' * 4096}"  # a picture of 3 × 32 × 32 levels
            desk.send("lead", experiment=one, settings={"image": drawn})
            assert second.text("lesson", settings={"image": drawn})
            desk.send("lead", experiment=other, settings={})
            assert second.text("lesson", experiment=other)["settings"] == {}
            assert led_to(httpx.get(teacher.base_url)) == f"/w/{other}", "so are those who come now"
            desk.send("lead", experiment="gone", settings={})
            assert desk.refusal("lead") == "no_experiment"
            desk.send("lead", experiment=one, settings={"No name": "1"})
            assert desk.refusal("lead") == "invalid"
            desk.send("lead", experiment=one, settings={"cell": "x" * 44_689})
            assert desk.refusal("lead") == "long_text"
            desk.send("point", at={"cell": "conv1.B.1.0.2.4"})
            assert second.text("pointed")["at"]["cell"] == "conv1.B.1.0.2.4"
            desk.send("point", at={"element": "#status", "x": 2})
            assert desk.refusal("point") == "at_most"

            first.send("vote", question=1, answer="up")
            assert first.refusal("vote") == "no_question"
            desk.send("ask", **{**asked, "weight": {**WEIGHT, "row": 99}})
            assert desk.refusal("ask") == "no_weight"
            desk.send("ask", **{**asked, "lane": "Z"})
            assert desk.refusal("ask") == "unknown"
            desk.send("ask", **asked)
            assert first.question(number=1)["weight"] == WEIGHT
            for type, members in {
                "lead": {"experiment": one, "settings": {}},
                "point": {"at": None},
                "ask": asked,
                "close": {},
                "dismiss": {},
            }.items():
                first.send(type, **members)
                assert first.refusal(type) == "not_the_teacher"
            desk.send("vote", question=1, answer="up")
            assert desk.refusal("vote") == "not_a_student"
            first.send("vote", question=1, answer="sideways")
            assert first.refusal("vote") == "unknown"
            first.send("vote", question=1, answer="up")
            second.send("vote", question=1, answer="up")
            assert desk.question(up=2, down=0)["mine"] is None
            with seat(teacher, pupil) as again:  # the same visitor in another window
                assert again.question(number=1)["mine"] == "up"
                again.send("vote", question=1, answer="down")
                assert desk.question(up=1, down=1)["open"]
                with seat(teacher, someone()) as crowded, pytest.raises(ConnectionClosed) as closed:
                    crowded.socket.recv(timeout=20)
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1013
                assert closed.value.rcvd.reason.startswith("3 people take part in this class already")
                with seat(teacher) as projector:
                    assert projector.question(up=1, down=1), "no class keeps its teacher out"
            assert first.question(down=1)["mine"] == "down"
            desk.send("close")
            second.question(open=False)
            second.send("vote", question=1, answer="down")
            assert second.refusal("vote") == "question_closed"
            with watch(teacher, one) as board:
                board.want({"kind": "life", "weight": WEIGHT})
                board.found("life", step=0)
                board.send("step")
                lane = board.found("life", step=1)["lanes"]["B"]
                made = second.text("question")["question"]
                assert [made["before"], made["after"]] == lane["values"]
                assert (made["open"], made["up"], made["down"]) == (False, 1, 1)
            desk.send("dismiss")
            assert second.text("question")["question"] is None
            desk.send("close")
            assert desk.refusal("close") == "no_question"


def test_a_lesson_goes_on_after_a_restart_of_the_server(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = iter(["first", "second", "third"])
    known = SimpleNamespace(token_urlsafe=lambda _: next(keys), compare_digest=secrets.compare_digest)
    monkeypatch.setattr("kernelscope.api.guards.classroom.secrets", known)
    another = someone()

    def lists(client: httpx.Client, visitor: str) -> int:
        return client.get("/api/experiments", headers={"Cookie": f"visitor={visitor}"}).status_code

    with serve(classroom=True) as client:
        client.get("/?teacher=first", headers={"Cookie": f"visitor={another}"})
        client.cookies.clear()
        client.get("/?teacher=first")
        leader = next(value for name, value in client.cookies.items() if name.startswith("visitor"))
        made = make(client)
        with watch(client, made) as board, seat(client, leader, query="") as desk:
            board.send("step")
            board.snapshot(1)
            desk.send("lead", experiment=made, settings={})
            desk.send("ask", experiment=made, lane="B", weight=WEIGHT, run=1, step=1)
            assert desk.question(number=1)
    with serve(classroom=True) as client:
        assert (lists(client, leader), lists(client, another)) == (200, 403), "who only had the key needs the new one"
        assert led_to(httpx.get(client.base_url)) == f"/w/{made}"
        with seat(client, leader, query="") as desk:
            assert desk.text("class")["leads"]
            assert desk.text("question")["question"] is None, "what pages still show is put away"
    monkeypatch.setattr(lessons, "LASTS", 0)
    with serve(classroom=True) as client:
        assert lists(client, leader) == 403, "a lesson of another day is over"


def test_who_leads_where_the_store_cannot_be_read_is_told_so(
    serve: Serve, known_key: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreadable(store: Store, id: str) -> None:
        raise StoreError("failed", store.path, f"{id} is on a disk that has gone")

    with serve(classroom=True) as teacher:
        teacher.get(f"/?teacher={known_key}")
        monkeypatch.setattr(Store, "load", unreadable)
        with seat(teacher, query="") as desk:
            desk.send("lead", experiment="elsewhere", settings={})
            with pytest.raises(ConnectionClosed) as closed:
                desk.text("lesson")
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, "log says why" in closed.value.rcvd.reason) == (4500, True)
        assert "elsewhere is on a disk that has gone" in caplog.text


def test_a_page_says_what_it_is_in_a_class_and_a_student_is_known_by_a_cookie(serve: Serve, known_key: str) -> None:
    with serve(classroom=True) as teacher:
        teacher.get(f"/?teacher={known_key}")
        id = make(teacher)
        assert 'data-class="teacher"' in teacher.get(f"/e/{id}").text
        assert 'data-class="student"' in teacher.get(f"/w/{id}").text, "the projector's page follows too"
        for path in (f"/e/{id}", f"/w/{id}"):
            seen = httpx.get(teacher.base_url.join(path))
            assert 'data-class="student"' in seen.text
            assert any(name.startswith("visitor") for name in seen.cookies)


def test_without_a_classroom_there_is_no_class(serve: Serve) -> None:
    with serve() as client:
        page = httpx.get(client.base_url.join(f"/w/{make(client)}"))
        assert "data-class" not in page.text
        assert not page.cookies
        for query, code in (("", 4404), ("watch=perhaps", 4404)):
            with seat(client, query=query) as page, pytest.raises(ConnectionClosed) as closed:
                page.socket.recv(timeout=20)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == code
    with serve(classroom=True) as client, seat(client, query="watch=perhaps") as page:
        with pytest.raises(ConnectionClosed) as closed:
            page.socket.recv(timeout=20)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4400


SAID: dict[str, type[BaseModel]] = {
    "class": ClassGreeting,
    "attendance": AttendanceMessage,
    "lesson": LessonMessage,
    "pointed": PointedMessage,
    "question": QuestionMessage,
}


def test_the_protocol_shows_every_message_of_a_class_as_it_is() -> None:
    examples = re.findall(r"`(\{\"type\".*?\})` \|", TEXT)
    shown = {json.loads(example)["type"]: example for example in examples}
    for type, model in SAID.items():
        message = model.model_validate_json(shown.pop(type))
        assert json.loads(message.model_dump_json(by_alias=True)) == json.loads(
            next(example for example in examples if json.loads(example)["type"] == type)
        )
    heard = {parse_as(class_socket._parser, example).type for example in shown.values()}
    assert heard == {"lead", "wander", "point", "ask", "vote", "close", "dismiss"}
