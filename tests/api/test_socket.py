"""One viewer and the server, over a real socket."""

import json
import time
from contextlib import suppress
from typing import Any

import httpx
import numpy as np
import pytest
from kernelscope.stream.wire import Kind
from websockets.exceptions import ConnectionClosed

from tests.api.page import Page, watch
from tests.clients import Serve, make


def test_first_messages_come_in_the_documented_order(client: httpx.Client, id: str, page: Page) -> None:
    description = page.receive()
    assert isinstance(description, dict)
    assert description["type"] == "experiment"
    assert client.get(f"/api/experiments/{id}").json().keys() == description.keys()
    while isinstance(message := page.receive(), dict) and message["type"] == "experiment":
        pass  # the worker may just have started
    assert message == {"type": "audience", "viewers": 1, "control": True, "may_open": True}
    while isinstance(message := page.receive(), dict):
        pass
    scalars = message[0]
    assert scalars.kind == Kind.SCALARS
    assert (scalars.directory["first_step"], scalars.directory["last_step"]) == (1, 0)


def test_start_pause_step_reset_and_new_seed(page: Page) -> None:
    initial = page.snapshot()
    page.start(5)
    paused = page.pause()
    page.send("step")
    assert page.snapshot(paused + 1).directory["step"] == paused + 1
    page.send("reset")
    assert page.text("experiment", run=2)["config"]["seed"] == 3
    again = page.snapshot(run=2)
    np.testing.assert_array_equal(again.tensors["params/conv1.weight"], initial.tensors["params/conv1.weight"])
    page.send("new_seed", seed=5)
    assert page.text("experiment", run=3)["config"]["seed"] == 5
    page.send("new_seed")
    assert page.text("experiment", run=4)["config"]["seed"] != 5


def test_a_rate_changes_live(page: Page) -> None:
    page.send("set_learning_rate", lane="B", rate=0.25)
    while page.text("experiment")["lanes"][1]["learning_rate"] != 0.25:
        pass
    page.send("step")
    while not page.losses:
        frames = page.receive()
    assert isinstance(frames, list)
    assert frames[0].tensors["learning_rate"].tolist() == [[0.01, 0.25]]


def test_speed_and_frame_rate_are_told_to_everybody(client: httpx.Client, id: str, page: Page) -> None:
    with watch(client, id, stranger=True) as other:
        page.send("set_speed", steps_per_second=0.5)
        page.send("set_frame_rate", frames_per_second=60)
        for viewer in (page, other):
            viewer.text("experiment", steps_per_second=0.5, frames_per_second=60)
        page.send("set_speed", steps_per_second=None)
        other.text("experiment", steps_per_second=None)


def test_weights_are_levels_while_it_runs_and_exact_when_paused(page: Page) -> None:
    assert page.snapshot().tensors["params/conv1.weight"].dtype == np.float32
    page.send("start")
    running = page.snapshot(1)
    assert running.tensors["params/conv1.weight"].dtype == np.int8
    assert running.directory["limits"]["grads/conv1.weight"]["limit"] > 0
    page.send("pause")
    while page.snapshot().tensors["params/conv1.weight"].dtype != np.float32:
        pass


def test_the_kernel_looked_at_comes_exact_with_each_snapshot(page: Page) -> None:
    page.snapshot()
    page.want(kernel={"layer": "conv1", "out": 1, "in": 0})
    page.send("start")
    *_, kernel, snapshot = page.frames(Kind.KERNEL, 1)
    directory = kernel.directory
    assert (directory["layer"], directory["out"], directory["in"]) == ("conv1", 1, 0)
    assert directory["step"] == snapshot.directory["step"]
    assert directory["lane_steps"] == snapshot.directory["lane_steps"]
    limit = snapshot.directory["limits"]["params/conv1.weight"]["limit"]
    shown = snapshot.tensors["params/conv1.weight"][:, 1, 0] * (limit / 126)
    inside = np.abs(kernel.tensors["weight"]) < limit
    assert np.abs(shown - kernel.tensors["weight"])[inside].max() <= limit / 126 * 0.51
    assert kernel.tensors["gradient"].shape == (2, 5, 5)
    page.want()
    page.obeyed()
    page.snapshot()  # on its way already
    while any(frame.kind == Kind.KERNEL for frame in page.frames(Kind.SNAPSHOT)):
        pass


def test_a_hidden_page_gets_scalars_alone_and_a_snapshot_as_soon_as_it_is_shown(page: Page) -> None:
    page.send("show", snapshots=False)
    page.obeyed()
    page.send("start")
    hidden: list[float] = []
    while len(hidden) < 3:
        if isinstance(message := page.receive(), list):
            assert [frame.kind for frame in message] == [Kind.SCALARS]
            hidden.append(time.monotonic())
    assert hidden[-1] - hidden[0] > 0.5
    page.send("show", snapshots=True)
    page.snapshot(1)


def test_who_acknowledges_nothing_gets_two_messages_and_then_all_scalars_at_once(page: Page) -> None:
    page.snapshot()
    page.acknowledges = False
    before = page.messages
    page.send("start")
    page.text("experiment", status="running")
    while page.messages < before + 2:
        page.receive()
    end = time.monotonic() + 1
    while (left := end - time.monotonic()) > 0:
        with suppress(TimeoutError):
            assert isinstance(page.receive(left), dict)  # what it is doing is told all the same
    held = len(page.losses)
    page.send("ack", message=page.messages)
    page.frames(Kind.SCALARS)
    assert len(page.losses) > held + 5


def test_an_acknowledgement_of_what_was_never_sent_is_an_error(page: Page) -> None:
    page.snapshot()
    page.send("ack", message=page.messages + 1000)
    error = page.text("error", about="ack")["message"]
    assert "message: expected at most" in error
    assert f"got {page.messages + 1000}" in error


def test_ping_is_answered_with_the_servers_time(page: Page) -> None:
    page.send("ping", sent=1234.5)
    pong = page.text("pong")
    assert pong["sent"] == 1234.5
    assert abs(pong["time"] / 1000 - time.time()) < 5


def test_who_comes_late_gets_every_scalar_and_the_newest_snapshot(client: httpx.Client, id: str, page: Page) -> None:
    page.start(20)
    last = page.pause()
    with watch(client, id) as late:
        assert late.snapshot().directory["step"] == last
        assert late.messages == 1
        assert late.losses == page.losses[:last]


def test_who_comes_back_gets_only_what_is_new(client: httpx.Client, id: str, page: Page) -> None:
    with watch(client, id) as earlier:
        page.send("start")
        earlier.snapshot(5)
    last, held = page.pause(), len(earlier.losses)
    with watch(client, id, scalars=earlier.scalars) as back:
        first, *_ = back.frames(Kind.SCALARS)
        assert first.directory["first_step"] == held + 1
        assert len(back.losses) == last
        assert back.losses == page.losses


def test_who_comes_back_after_a_reset_begins_anew(client: httpx.Client, id: str, page: Page) -> None:
    page.send("step")
    page.snapshot(1)
    page.send("reset")
    page.snapshot(run=2)
    with watch(client, id, query="run=1&step=1&tests=0") as back:
        back.snapshot(run=2)
        assert (back.scalars.run, back.losses) == (2, [])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("run=one", "run: "),
        ("run=-1", "run: Input should be greater than or equal to 0, got '-1'"),
        ("run=1&step=1.5", "step: "),
        ("run=1&tests=", "tests: "),
        ("watch=perhaps", "watch: "),
        ("colour=red", "colour: "),
        ("run=" + "9" * 5000, "run: "),
        ("step=%00%ff", "step: "),
    ],
)
def test_an_address_that_is_not_what_it_should_be_is_refused_in_words(
    client: httpx.Client, id: str, query: str, words: str
) -> None:
    with watch(client, id, query=query) as page:
        code, reason = page.close_code()
    assert code == 4400
    assert str(reason).startswith(words)


def kernel(layer: str, out: int, channel: int) -> str:
    """The message of who wants its numbers."""
    return json.dumps({"type": "want", "kernel": {"layer": layer, "out": out, "in": channel}})


@pytest.mark.parametrize(
    ("text", "about", "words"),
    [
        ("{", None, "expected a JSON object"),
        ("[]", None, "expected a JSON object"),
        ("{}", None, "type"),
        ('{"type": "explode"}', "explode", "'start', 'pause', 'step', 'reset'"),
        ('{"type": ["start"]}', None, "type"),
        ('{"type": "\\ud800"}', "\\ud800", "got"),
        ('{"type": "set_learning_rate", "lane": "\\ud800", "rate": 1}', "set_learning_rate", "one of A, B"),
        ('{"type": "start", "now": true}', "start", "now"),
        ('{"type": "restart"}', "restart", "has not failed"),
        ('{"type": "ack"}', "ack", "message"),
        ('{"type": "ack", "message": "1"}', "ack", "message: Input should be a valid integer, got '1'"),
        ('{"type": "ack", "message": 0}', "ack", "message: Input should be greater than or equal to 1, got 0"),
        ('{"type": "show"}', "show", "snapshots"),
        ('{"type": "show", "snapshots": 1}', "show", "snapshots: Input should be a valid boolean, got 1"),
        ('{"type": "want", "kernel": {}}', "want", "kernel.layer"),
        (kernel("relu1", 0, 0), "want", "kernel: layer: expected one of conv1, dense, got 'relu1'"),
        (kernel("conv1", 2, 0), "want", "kernel: expected out below 2 and in below 1, got out 2"),
        (kernel("conv1", 0, 1), "want", "got out 0 and in 1"),
        (kernel("conv1", 2, 0).replace("kernel", "pointed"), "want", "pointed: expected out below 2 and in below 1"),
        (
            kernel("conv1", 2, 0).replace('"kernel": {', '"also": [{').replace("}}", "}]}"),
            "want",
            "also.0: expected out below 2",
        ),
        (kernel("conv1", -1, 0), "want", "kernel.out: Input should be greater than or equal to 0"),
        ('{"type": "ping"}', "ping", "sent"),
        ('{"type": "ping", "sent": NaN}', "ping", "sent: Input should be a finite number"),
        ('{"type": "new_seed", "seed": -1}', "new_seed", "seed: Input should be greater than or equal to 0, got -1"),
        ('{"type": "set_speed", "steps_per_second": 0.01}', "set_speed", "greater than or equal to 0.1, got 0.01"),
        ('{"type": "set_speed"}', "set_speed", "steps_per_second"),
        ('{"type": "set_frame_rate", "frames_per_second": 61}', "set_frame_rate", "less than or equal to 60, got 61"),
        ('{"type": "set_frame_rate", "frames_per_second": 1.5}', "set_frame_rate", "valid integer"),
        (
            '{"type": "set_learning_rate", "lane": "Z", "rate": 1}',
            "set_learning_rate",
            "lane: expected one of A, B, got 'Z'",
        ),
        (
            '{"type": "set_learning_rate", "lane": "A", "rate": 0}',
            "set_learning_rate",
            "rate: Input should be greater than 0, got 0",
        ),
        ('{"type": "set_learning_rate", "lane": "A", "rate": NaN}', "set_learning_rate", "finite"),
        (
            '{"type": "want", "shown": {"quantities": ["weights"]}}',
            "want",
            "lanes, symlog, or apart. and a lane's id, got 'weights'",
        ),
        ('{"type": "want", "subjects": [{"kind": "line", "lane": "a lane"}]}', "want", "subjects.0.line.lane: "),
        ('{"type": "want", "subjects": [{"kind": "range"}]}', "want", "subjects.0: "),
        ('{"type": "range_test", "lane": "Z"}', "range_test", "lane: expected one of A, B, got 'Z'"),
        (
            '{"type": "set_stop", "stop": {"accuracy": 97}}',
            "set_stop",
            "stop.accuracy: Input should be less than or equal to 1, got 97",
        ),
        (
            '{"type": "set_stop", "stop": {"step": 0}}',
            "set_stop",
            "stop.step: Input should be greater than or equal to 1, got 0",
        ),
        ('{"type": "set_learning_rate", "lane": "A", "rate": 1e6}', "set_learning_rate", "less than or equal to 1000"),
    ],
)
def test_a_message_that_cannot_be_obeyed_gets_an_error_in_words(
    shared: Page, text: str, about: str | None, words: str
) -> None:
    shared.socket.send(text)
    error = shared.text("error")
    assert error["about"] == about
    assert words in error["message"]
    shared.obeyed()  # the connection lives


@pytest.fixture(scope="module")
def shared(client: httpx.Client) -> Any:
    """A page that several tests use: what they do there changes nothing."""
    with watch(client, make(client)) as page:
        page.snapshot()
        yield page


def test_an_unknown_experiment_closes_with_a_code_and_a_reason(client: httpx.Client) -> None:
    with watch(client, "nobody") as page:
        assert page.close_code() == (4404, "there is no experiment of this id")


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", "http://["])
def test_a_page_from_elsewhere_may_not_watch_or_steer(client: httpx.Client, id: str, origin: str) -> None:
    with watch(client, id, origin=origin) as page:
        assert page.close_code() == (4403, "the page comes from another origin than this server")


def test_the_own_page_may(client: httpx.Client, id: str) -> None:
    with watch(client, id, origin=str(client.base_url).rstrip("/")) as page:
        assert page.text("experiment")["id"] == id


def test_a_binary_message_closes_with_a_reason(page: Page) -> None:
    page.socket.send(b"hello")
    assert page.close_code() == (1003, "expected a text message, got a binary one")


def test_a_message_too_large_closes_with_a_code_and_a_reason(page: Page) -> None:
    page.obeyed()
    # The beginning of it says how long it is. (With more on its way, a reset of the connection may swallow the answer.)
    page.socket.socket.sendall(b"\x81\xff" + (65_537).to_bytes(8, "big") + bytes(4))
    assert page.close_code() == (1009, "frame with 65537 bytes exceeds limit of 65536 bytes")


def test_who_watches_a_deleted_experiment_is_told(client: httpx.Client, id: str, page: Page) -> None:
    page.snapshot()
    assert client.delete(f"/api/experiments/{id}").status_code == 204
    assert page.close_code() == (4410, "the experiment was deleted")


def test_more_messages_than_are_taken_close_with_a_reason_and_hold_up_nobody_else(serve: Serve) -> None:
    with serve(max_message_rate=50) as client:
        id = make(client)
        with watch(client, id) as page, watch(client, id, stranger=True) as other:
            other.snapshot()
            page.socket.send(json.dumps({"type": "ping", "sent": 0}))
            with suppress(ConnectionClosed):
                for _ in range(80):
                    page.socket.send("{}")
            assert page.close_code() == (1008, "expected at most 50 messages a second (--max-message-rate)")
            other.text("audience", viewers=1)
            other.obeyed()
        with watch(client, id) as page:  # later, it may come again
            page.snapshot()


def test_an_experiment_takes_so_many_viewers_and_refuses_the_next_in_words(serve: Serve) -> None:
    with serve(max_viewers=2) as client:
        id = make(client)
        with watch(client, id) as one:
            one.text("audience", viewers=1)
            with watch(client, id) as two:
                one.text("audience", viewers=2)
                with watch(client, id) as three:
                    assert three.close_code() == (
                        1013,
                        "2 people are watching this experiment already, the most allowed (--max-viewers)",
                    )
                two.obeyed()
            one.text("audience", viewers=1)
            with watch(client, id) as three:
                three.snapshot()


TINY = [
    {"type": "conv", "name": "conv1", "filters": 2, "kernel": 5},
    {"type": "relu", "name": "relu1"},
    {"type": "pool", "name": "pool1", "size": 8},
    {"type": "dense", "name": "dense", "units": 10},
]


def lanes_of(message: dict[str, Any]) -> list[str]:
    return [lane["id"] for lane in message["lanes"]]


def test_new_lanes_catch_up_and_everybody_gets_their_whole_history(client: httpx.Client, id: str, page: Page) -> None:
    page.start(12)
    page.pause()
    at, before = len(page.losses), [list(row) for row in page.losses]
    with watch(client, id, stranger=True) as other:
        other.snapshot(at)
        page.send(
            "set_lanes",
            lanes=[
                {"id": "N", "learning_rate": 0.1, "optimizer": {"type": "adam"}, "schedule": {"type": "cosine"}},
                {"id": "B", "learning_rate": 0.1, "name": "good"},
                {"id": "D", "learning_rate": 0.3, "copy_of": "B"},
            ],
        )
        for viewer in (page, other):
            description = viewer.text("experiment", run=2)
            assert lanes_of(description) == lanes_of(description["config"]) == ["N", "B", "D"]
            assert description["config"]["lanes"][0]["schedule"]["type"] == "cosine"
            assert viewer.snapshot(at, 2).tensors["params/conv1.weight"].shape[0] == 3
            assert len(viewer.losses) == at
            assert [row[1:] for row in viewer.losses] == [[row[1], row[1]] for row in before]
        page.send("step")
        assert page.snapshot(at + 1, 2).directory["step"] == at + 1
    described = client.get(f"/api/experiments/{id}").json()
    assert lanes_of(described) == ["N", "B", "D"]


@pytest.mark.parametrize(
    ("lanes", "message"),
    [
        ([], "lanes: List should have at least 1 item"),
        ([{"learning_rate": 0.1}], "lanes.0.id: Field required"),
        ([{"id": "A", "learning_rate": 0.1}] * 2, "lanes: expected lane ids that differ, got A, A"),
        ([{"id": "D", "learning_rate": 0.1, "copy_of": "Z"}], "lanes: copy_of: expected one of A, B, got 'Z'"),
        ([{"id": "A", "learning_rate": 0.1}] * 9, "lanes: "),
        ([{"id": "A", "learning_rate": -1}], "lanes.0.learning_rate: Input should be greater than 0, got -1"),
    ],
)
def test_lanes_that_cannot_be_are_refused_in_words(page: Page, lanes: list[Any], message: str) -> None:
    page.send("set_lanes", lanes=lanes)
    assert message in page.text("error", about="set_lanes")["message"]
    page.obeyed()


def test_more_lanes_than_the_server_takes_of_this_network_are_refused_in_words(serve: Serve) -> None:
    with serve(max_parameters=3000) as client, watch(client, make(client)) as page:
        lanes = [{"id": id, "learning_rate": 0.1} for id in "ABCDEFGH"]
        page.send("set_lanes", lanes=lanes)
        page.text("experiment", run=2)  # 52 parameters of the conv layer in each of them
    with serve(max_parameters=400) as client, watch(client, make(client, architecture=TINY)) as page:
        page.send("set_lanes", lanes=lanes)
        assert (
            "expected at most 400 parameters in the conv layers of all lanes together"
            in (page.text("error", about="set_lanes")["message"])
        )


def test_an_experiment_with_other_lanes_goes_on_after_the_server_was_stopped(serve: Serve) -> None:
    with serve() as client:
        id = make(client)
        cookies = dict(client.cookies)
        with watch(client, id) as page:
            page.start(3)
            page.send("set_lanes", lanes=[{"id": "N", "learning_rate": 0.3}, {"id": "A", "learning_rate": 0.01}])
            page.text("experiment", run=2)
            page.pause()
            losses = page.losses
    with serve() as client:
        client.cookies.update(cookies)
        with watch(client, id) as page:
            page.snapshot(len(losses), 2)
            assert page.losses == losses


def test_views_are_sent_while_somebody_wants_them(client: httpx.Client, id: str, page: Page) -> None:
    page.start(3)
    at = page.pause()
    with watch(client, id, stranger=True) as other:
        other.snapshot(at)
        other.want(quantities=["updates", "moved", "apart.B"], layers=["dense", "nowhere"])
        while "apart.B/dense.weight" not in (shown := other.snapshot(at)).tensors:
            pass
        assert shown.tensors["params/dense.weight"].shape == (2, 10, 2, 6, 6)
        weight = shown.tensors["params/conv1.weight"]
        assert np.array_equal(shown.tensors["apart.B/conv1.weight"], weight - weight[1])
        assert shown.tensors["updates/conv1.weight"].any()
        assert shown.tensors["moved/conv1.weight"].shape == weight.shape
        assert shown.directory["limits"]["moved/conv1.weight"]["limit"] > 0
        assert shown.tensors["norms/conv1"].shape == shown.tensors["ratios/conv1"].shape == (2, 2)
        assert shown.directory["active_step"] == at
        other.want()
        other.obeyed()
        page.send("step")
        while set(other.snapshot(at + 1).tensors) & {"moved/conv1.weight", "params/dense.weight"}:
            pass
        # At rest there is all that explains the last step, asked for or not.
        tensors = page.snapshot(at + 1).tensors
        assert np.array_equal(tensors["before/conv1.weight"], weight)
        assert np.array_equal(weight + tensors["updates/conv1.weight"], tensors["params/conv1.weight"])


def test_the_start_comes_with_the_spread_of_the_weights(client: httpx.Client, id: str, page: Page) -> None:
    start = page.snapshot(0).tensors["params/conv1.weight"]
    page.want(quantities=["start", "before"])
    page.start(3)
    at = page.pause()
    page.send("step")
    shown = page.snapshot(at + 1)
    assert np.array_equal(shown.tensors["start/conv1.weight"], start[:1]), "all lanes have the same"
    for row, values in zip(
        shown.tensors["spread/conv1"], [start[0], *shown.tensors["params/conv1.weight"]], strict=True
    ):
        assert row == pytest.approx([values.mean(dtype="f8"), values.std(dtype="f8")], rel=1e-6)
    limits = shown.directory["limits"]
    assert limits["start/conv1.weight"] == limits["before/conv1.weight"] == limits["params/conv1.weight"]


@pytest.mark.parametrize("stranger", [False, True])
def test_one_large_layer_may_take_the_place_of_another(serve: Serve, stranger: bool) -> None:
    network = [{"type": "dense", "name": name, "units": units} for name, units in (("one", 30), ("two", 60), ("c", 10))]
    # 23,550 parameters and 1,860: together they are too many for two lanes.
    with (
        serve(max_parameters=50_000) as client,
        watch(client, make(client, architecture=network), stranger=stranger) as page,
    ):
        for layers in (["one"], ["two"], ["c", "one", "two"]):
            page.want(layers=layers)
        assert "the conv layers and c and one and two of all" in page.text("error", about="want")["message"]


def test_a_layer_too_large_to_be_sent_to_all_is_refused_in_words(serve: Serve) -> None:
    with serve(max_parameters=1500) as client, watch(client, make(client)) as page:
        page.want(layers=["dense"])
        error = page.text("error", about="want")["message"]
        assert "layers: expected at most 1,500 parameters in the conv layers and dense of all lanes" in error


def test_a_line_and_a_lens_come_to_who_wants_them(client: httpx.Client, id: str, page: Page) -> None:
    page.start(2)
    at = page.pause()
    with watch(client, id, stranger=True) as other:
        other.want({"kind": "line", "lane": "B"})
        line = other.found("line")
        other.want({"kind": "lens", "lane": "A", "kernel": {"layer": "conv1", "out": 1, "in": 0}})
        lens = other.found("lens")
    assert (line["lane"], line["step"], line["learning_rate"]) == ("B", at, 0.1)
    assert (lens["lane"], lens["step"], lens["kernel"]) == ("A", at, {"layer": "conv1", "out": 1, "in": 0})
    assert lens["counts"] == [1, 32, 64, 128, 1024]
    assert [len(gradient) for gradient in lens["gradients"]] == [25] * 5
    page.send("ping", sent=1)
    while (message := page.receive()) and (isinstance(message, list) or message["type"] != "pong"):
        assert isinstance(message, list) or message["type"] != "found", "it wants none"


def test_a_range_test_is_seen_by_all_and_may_be_cancelled(client: httpx.Client, id: str, page: Page) -> None:
    with watch(client, id, stranger=True) as other:
        other.send("range_test", lane="A")
        assert "you are watching" in other.text("error", about="range_test")["message"]
        page.send("range_test", lane="A")
        assert other.found("range")["status"] == "running"
        page.send("cancel_range_test")
        assert page.found("range", status="cancelled")["progress"] < 1
        page.send("range_test", lane="B")
        done = other.found("range", status="done")
        assert (done["lane"], done["run"], len(done["rates"])) == ("B", 1, len(done["losses"]))
    with watch(client, id, stranger=True) as late:
        assert late.found("range") == done


def test_it_pauses_by_itself_and_says_why(page: Page) -> None:
    # An accuracy stops once: when a test first finds it. So it is set before there is any.
    page.send("set_stop", stop={"accuracy": 0.01, "divergence": True})
    assert page.text("experiment")["stopped"] is None
    page.send("start")
    page.text("experiment", status="running")
    reached = page.text("experiment", status="paused")
    assert reached["stopped"]["reason"] == "accuracy"
    assert reached["stopped"]["lane"] in ("A", "B")
    assert reached["stopped"]["test_step"] <= reached["stopped"]["step"]
    step = reached["stopped"]["step"] + 5
    page.send("set_stop", stop={"step": step})
    page.send("start")
    page.text("experiment", status="running", stopped=None)
    stopped = page.text("experiment", stopped={"reason": "step", "step": step, "lane": None, "test_step": None})
    assert (stopped["status"], stopped["config"]["stop"]["step"]) == ("paused", step)
    page.snapshot(step)
    assert len(page.losses) == step
    page.send("start")
    page.snapshot(step + 1)
