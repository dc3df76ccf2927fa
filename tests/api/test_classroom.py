"""One teacher opens and steers, a class watches."""

from functools import partial

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.api.guards.classroom import Classroom
from kernelscope.hosting import registry
from kernelscope.hosting.untouched import Untouched

from tests.api.page import watch
from tests.clients import Serve, led_to, make


def test_without_a_classroom_everybody_may_open() -> None:
    classroom = Classroom(enabled=False)
    assert classroom.may_open("somebody")
    assert classroom.may_open(None)
    assert not classroom.enter("somebody", classroom.key)


@given(st.text())
def test_in_a_classroom_only_the_key_makes_a_teacher(key: str) -> None:
    classroom = Classroom(enabled=True)
    assert not classroom.enter("pupil", key)
    assert not classroom.may_open("pupil")
    assert not classroom.may_open(None)
    assert classroom.enter("teacher", classroom.key)
    assert classroom.may_open("teacher")
    assert not classroom.may_open("pupil")


def test_each_server_has_a_key_of_its_own() -> None:
    assert Classroom(enabled=True).key != Classroom(enabled=True).key


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The key of each server that the test starts."""
    keys: list[str] = []
    init = Classroom.__init__

    def noted(self: Classroom, *, enabled: bool) -> None:
        init(self, enabled=enabled)
        keys.append(self.key)

    monkeypatch.setattr(Classroom, "__init__", noted)
    return keys


def test_the_class_sees_what_the_teacher_has_open_and_can_open_nothing(serve: Serve, keys: list[str]) -> None:
    with serve(classroom=True) as teacher, httpx.Client(base_url=teacher.base_url, timeout=20) as pupil:
        waiting = pupil.get("/")
        assert waiting.status_code == 200, "nothing is open yet: a page that says so"
        assert pupil.post("/api/experiments", json={}).status_code == 403
        assert pupil.post("/new").status_code == 403
        assert pupil.get("/?teacher=guessed", follow_redirects=True).status_code == 200

        entered = teacher.get(f"/?lr=0.1&teacher={keys[0]}")
        assert (entered.status_code, led_to(entered)) == (303, "/?lr=0.1"), "the key is not shown again"
        opened = teacher.get("/")
        assert opened.status_code == 303
        own = led_to(opened)
        assert own.startswith("/e/")
        id = own.removeprefix("/e/")
        assert teacher.get(own).status_code == 200
        sent = pupil.get("/")
        assert (sent.status_code, led_to(sent)) == (303, f"/w/{id}")
        assert pupil.get(f"/w/{id}").status_code == 200

        with watch(teacher, id) as board, watch(pupil, id, query="watch=true") as seat:
            assert board.text("audience", viewers=2) == {
                "type": "audience",
                "viewers": 2,
                "control": True,
                "may_open": True,
            }
            assert seat.text("audience", viewers=2) == {
                "type": "audience",
                "viewers": 2,
                "control": False,
                "may_open": False,
            }
            seat.send("start")
            assert "you are watching" in seat.text("error")["message"]
            board.send("step")
            seat.snapshot(1)
        assert pupil.delete(f"/api/experiments/{id}").status_code == 403
        assert "teacher" in pupil.post(f"/api/experiments/{id}/duplicate").json()["detail"]

        another = make(teacher)
        assert pupil.get(f"/e/{another}").status_code == 200
        assert led_to(pupil.get("/")) == f"/w/{id}", "a pupil's look leads nobody"
        teacher.get(f"/e/{another}")
        assert led_to(pupil.get("/")) == f"/w/{another}"

        assert teacher.delete(f"/api/experiments/{id}").status_code == 204
        assert led_to(pupil.get("/")) == f"/w/{another}", "another one than the class was sent to"
        assert teacher.delete(f"/api/experiments/{another}").status_code == 204
        assert pupil.get("/").status_code == 200, "nothing is open any more"


def test_what_the_teacher_had_open_and_is_gone_is_not_where_the_class_is_sent(
    serve: Serve, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "Untouched", partial(Untouched, seconds=0))
    with (
        serve(classroom=True, max_experiments=1) as teacher,
        httpx.Client(base_url=teacher.base_url, timeout=20) as pupil,
    ):
        teacher.get(f"/?teacher={keys[0]}")
        own = led_to(teacher.get("/"))
        assert teacher.get(own).status_code == 200
        assert led_to(pupil.get("/")) == own.replace("/e/", "/w/")
        make(teacher)  # which takes its worker
        assert teacher.get(own).status_code == 404
        assert pupil.get("/").status_code == 200, "nothing is open: a page that says so"


def test_only_a_teacher_lists_and_wakes_and_the_class_takes_no_worker_from_the_teacher(
    serve: Serve, keys: list[str]
) -> None:
    with (
        serve(classroom=True, max_experiments=1) as teacher,
        httpx.Client(base_url=teacher.base_url, timeout=20) as pupil,
    ):
        teacher.get("/", params={"teacher": keys[0]})
        one = make(teacher)
        other = make(teacher)
        assert teacher.get(f"/api/experiments/{one}").json()["status"] == "asleep", "there is room for one"
        assert pupil.get("/api/experiments").status_code == 403
        assert teacher.get("/api/experiments").status_code == 200
        asleep = (4423, "this experiment is asleep: it goes on when the teacher opens it")
        with watch(pupil, one) as seat:
            assert seat.close_code() == asleep
        with watch(pupil, other) as seat:
            seat.text("audience", viewers=1)
            with watch(teacher, one) as board:
                board.text("audience", viewers=1, control=True)
                assert seat.close_code() == asleep, "its worker was needed"
                with watch(pupil, one) as seat:
                    board.text("audience", viewers=2)
                    seat.snapshot()
                with watch(teacher, other) as second:
                    assert second.close_code()[0] == 1013, "what the teacher watches keeps its worker"
