"""A viewer's position, and what it is sent next."""

import asyncio
import time

import pytest
from kernelscope.experiment.place import Kernel
from kernelscope.stream import viewer as viewer_module
from kernelscope.stream.audience import Wish
from kernelscope.stream.channel import MOST_ROWS
from kernelscope.stream.history import History, Position
from kernelscope.stream.viewer import CREDIT, Held, Viewer, watching
from kernelscope.stream.wire import Frame, Kind, decode
from kernelscope.studies.lens import LensSubject
from kernelscope.studies.line import LineSubject
from kernelscope.studies.past import PastSubject
from kernelscope.studies.range_test import RangeSubject
from kernelscope.studies.shown import Shown

from tests.stream.support import Source, audience, frames, in_a_loop, kinds, results_in, silent, spans, waits


def steps_shown(frames: list[Frame]) -> list[int]:
    return [frame.directory["step"] for frame in frames if frame.kind == Kind.SNAPSHOT]


@in_a_loop
async def test_a_newcomer_gets_description_audience_all_scalars_and_the_newest_snapshot_in_this_order() -> None:
    source = Source()
    for _ in range(3):
        source.publish(4, tests=1)
    with watching(source.channel, None, audience) as viewer:
        description, watchers, message = await viewer.next()
    assert (description, watchers) == ("described", "1 viewers")
    assert isinstance(message, bytes)
    scalars, snapshot = decode(message)
    assert scalars.directory == {
        "run": 1,
        "first_step": 1,
        "last_step": 12,
        "stretch": 1,
        "tests": 3,
        "observations": 0,
    }
    assert results_in(scalars) == [0, 1, 2]
    assert steps_shown([snapshot]) == [12]


@in_a_loop
async def test_before_there_is_a_snapshot_the_scalars_come_all_the_same() -> None:
    with watching(Source().channel, None, audience) as viewer:
        *_, message = await viewer.next()
    assert isinstance(message, bytes)
    assert spans(decode(message)) == [(1, 0)]


@in_a_loop
async def test_a_slow_viewer_skips_snapshots_but_never_a_scalar() -> None:
    source = Source()
    with watching(source.channel, None, audience) as viewer:
        got: list[Frame] = []
        for _ in range(CREDIT):
            source.publish()
            got += await frames(viewer)
        source.publish()
        waiting = silent(viewer)
        for _ in range(10):
            source.publish(tests=1)
            assert await waits(waiting), "more was sent than the viewer has credit for"
        viewer.acknowledge(1)
        got += await waiting
    assert steps_shown(got) == [1, 2, 13]
    assert spans(got) == [(1, 1), (2, 2), (3, 13)]
    assert results_in(got[-2]) == list(range(10))


@in_a_loop
async def test_acknowledging_a_message_acknowledges_all_before_it() -> None:
    source = Source()
    with watching(source.channel, None, audience) as viewer:
        for _ in range(CREDIT):
            source.publish()
            await viewer.next()
        viewer.acknowledge(CREDIT)
        viewer.acknowledge(1)  # late: the count never decreases
        for _ in range(CREDIT):
            source.publish()
            assert kinds(await frames(viewer)) == ["scalars", "snapshot"]
        source.publish()
        waiting = silent(viewer)
        assert await waits(waiting)
        waiting.cancel()


@in_a_loop
async def test_what_was_not_sent_cannot_be_acknowledged() -> None:
    source = Source()
    with watching(source.channel, None, audience) as viewer:
        with pytest.raises(ValueError, match="expected at most 0, as many as were sent, got 1"):
            viewer.acknowledge(1)
        await viewer.next()
        viewer.acknowledge(1)
        with pytest.raises(ValueError, match="got 2"):
            viewer.acknowledge(2)


@in_a_loop
async def test_a_viewer_without_credit_still_hears_of_changes() -> None:
    source = Source()
    with watching(source.channel, None, audience) as viewer:
        for _ in range(CREDIT):
            source.publish()
            await viewer.next()
        source.publish()
        source.channel.describe("changed")
        assert await viewer.next() == ["changed"]
        with watching(source.channel, None, audience):
            assert await viewer.next() == ["2 viewers"]
        assert await viewer.next() == ["1 viewers"]


@in_a_loop
async def test_all_viewers_get_the_very_same_bytes() -> None:
    source = Source()
    with watching(source.channel, None, audience) as one, watching(source.channel, None, audience) as other:
        for _ in range(2):
            source.publish(5, tests=1)
            *_, first = await one.next()
            *_, second = await other.next()
            assert isinstance(first, bytes)
            assert first is second


@in_a_loop
async def test_a_viewer_that_reads_nothing_costs_nothing_that_grows() -> None:
    source = Source()
    with watching(source.channel, None, audience) as idle, watching(source.channel, None, audience) as other:
        await idle.next()
        for sent in range(1, 301):
            source.publish()
            await other.next()
            other.acknowledge(sent)
            assert len(source.channel._messages) <= 2


@in_a_loop
async def test_a_new_run_begins_with_scalars_from_step_one_again() -> None:
    source = Source()
    with watching(source.channel, None, audience) as viewer:
        source.publish(7)
        await viewer.next()
        source.channel.begin_run(History(2, lanes=1))
        source.channel.describe("run 2")
        source.publish(0)
        description, message = await viewer.next()
        assert description == "run 2"
        assert isinstance(message, bytes)
        assert decode(message)[0].directory == {
            "run": 2,
            "first_step": 1,
            "last_step": 0,
            "stretch": 1,
            "tests": 0,
            "observations": 0,
        }
        assert steps_shown(decode(message)) == [0]


@in_a_loop
async def test_an_evaluation_alone_is_news() -> None:
    source = Source()
    with watching(source.channel, None, audience) as viewer:
        source.publish(2)
        await viewer.next()
        source.publish(0, tests=1, picture=False)
        (scalars,) = await frames(viewer)
        assert spans([scalars]) == [(3, 2)]
        assert results_in(scalars) == [0]


@in_a_loop
async def test_who_comes_back_gets_what_is_new() -> None:
    source = Source()
    source.publish(10, tests=2)
    with watching(source.channel, Held(1, Position(6, 1)), audience) as viewer:
        scalars, snapshot = await frames(viewer)
    assert spans([scalars]) == [(7, 10)]
    assert results_in(scalars) == [1]
    assert steps_shown([snapshot]) == [10]


@in_a_loop
async def test_who_comes_back_and_has_all_is_told_so() -> None:
    source = Source()
    source.publish(10, tests=2)
    with watching(source.channel, Held(1, Position(10, 2)), audience) as viewer:
        scalars, _ = await frames(viewer)
    assert spans([scalars]) == [(11, 10)]
    assert results_in(scalars) == []


@pytest.mark.parametrize(
    "held", [Held(2, Position(6, 1)), Held(1, Position(11, 2)), Held(1, Position(10, 3)), Held(0, Position())]
)
@in_a_loop
async def test_who_holds_another_run_or_what_never_was_begins_at_step_one(held: Held) -> None:
    source = Source()
    source.publish(10, tests=2)
    with watching(source.channel, held, audience) as viewer:
        assert spans(await frames(viewer)) == [(1, 10)]


@in_a_loop
async def test_who_is_far_behind_gets_it_thinned_and_then_all() -> None:
    source = Source()
    source.publish(MOST_ROWS + 10)
    with watching(source.channel, None, audience) as viewer:
        thinned, rest, snapshot = await frames(viewer)
        assert spans([thinned, rest]) == [(1, MOST_ROWS + 10), (MOST_ROWS + 11, MOST_ROWS + 10)]
        assert thinned.directory["stretch"] > 1
        source.publish(3)
        scalars, _ = await frames(viewer)
        assert spans([scalars]) == [(MOST_ROWS + 11, MOST_ROWS + 13)]
        assert snapshot.kind == Kind.SNAPSHOT


@in_a_loop
async def test_a_hidden_viewer_gets_scalars_alone_and_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewer_module, "HIDDEN_INTERVAL", 0.2)
    source = Source()
    source.publish()
    with watching(source.channel, None, audience) as viewer:
        await viewer.next()
        viewer.show(False)
        began = time.monotonic()
        source.publish(3)
        waiting = silent(viewer)
        assert await waits(waiting)
        source.publish(4)
        got = await waiting  # woken by the clock, without further news
        assert time.monotonic() - began > 0.15
        assert kinds(got) == ["scalars"]
        assert spans(got) == [(2, 8)]


@in_a_loop
async def test_a_viewer_that_is_shown_again_gets_the_newest_snapshot_at_once() -> None:
    source = Source()
    source.publish()
    with watching(source.channel, None, audience) as viewer:
        await viewer.next()
        viewer.show(False)
        for _ in range(5):
            source.publish()
        waiting = silent(viewer)
        assert await waits(waiting)
        viewer.show(True)
        got = await asyncio.wait_for(waiting, 0.5)
        assert spans(got) == [(2, 6)]
        assert steps_shown(got) == [6]
        waiting = silent(viewer)
        viewer.show(True)
        assert await waits(waiting), "the same snapshot is not sent twice"
        waiting.cancel()


@in_a_loop
async def test_a_viewer_that_begins_hidden_gets_the_scalars_at_once() -> None:
    source = Source()
    source.publish(5)
    with watching(source.channel, None, audience) as viewer:
        viewer.show(False)
        assert kinds(await frames(viewer)) == ["scalars"]


@in_a_loop
async def test_a_hidden_viewer_hears_of_changes_at_once() -> None:
    source = Source()
    with watching(source.channel, None, audience) as viewer:
        await viewer.next()
        viewer.show(False)
        source.publish()
        source.channel.describe("changed")
        assert await viewer.next() == ["changed"]


@in_a_loop
async def test_exact_numbers_go_to_who_looks_at_them_alone() -> None:
    source, kernel = Source(), Kernel("conv1", 1, 2)

    async def next_kinds(viewer: Viewer) -> list[str]:
        return kinds(await frames(viewer))

    with watching(source.channel, None, audience) as one, watching(source.channel, None, audience) as other:
        one.want(Wish(kernel=kernel))
        source.publish(kernels=(kernel,))
        assert await next_kinds(one) == ["scalars", "kernel", "snapshot"]
        assert await next_kinds(other) == ["scalars", "snapshot"]
        one.want(Wish(kernel=kernel, pointed=kernel))
        source.publish(kernels=(kernel,))
        assert await next_kinds(one) == ["scalars", "kernel", "snapshot"]
        one.acknowledge(2)
        another = Kernel("conv1", 0, 1)
        one.want(Wish(kernel=kernel, pointed=another))
        source.publish(kernels=(another, kernel))
        told = (await frames(one))[1:3]
        assert [(frame.directory["out"], frame.directory["in"]) for frame in told] == [(1, 2), (0, 1)]
        one.want(Wish(kernel=kernel, also=(another, kernel)))
        source.publish(kernels=(another, kernel))
        assert await next_kinds(one) == ["scalars", "kernel", "kernel", "snapshot"]
        one.acknowledge(4)
        one.want(Wish())
        source.publish(kernels=(kernel,))
        assert await next_kinds(one) == ["scalars", "snapshot"]


@in_a_loop
async def test_what_is_found_goes_to_who_wants_it_and_the_newest_alone() -> None:
    channel = Source().channel
    line, lens = LineSubject("A"), LensSubject("A", Kernel("conv1", 1, 0))
    with watching(channel, None, audience) as one, watching(channel, None, audience) as other:
        one.want(Wish(frozenset({LineSubject("A")})))
        other.want(Wish(frozenset({lens})))
        await one.next(), await other.next()
        for subject, text in ((line, "line 1"), (line, "line 2"), (lens, "lens"), (RangeSubject(), "range")):
            channel.find(subject, text)
        assert await one.next() == ["line 2", "range"]
        assert await other.next() == ["lens", "range"]
        assert await waits(silent(one))


@in_a_loop
async def test_who_begins_to_want_what_another_sees_already_gets_it_at_once_and_a_newcomer_the_range_test() -> None:
    channel = Source().channel
    with watching(channel, None, audience) as one:
        one.want(Wish(frozenset({LineSubject("A")})))
        channel.find(LineSubject("A"), "line")
        channel.find(RangeSubject(), "range")
        with watching(channel, None, audience) as late:
            assert "range" in await late.next()
            late.want(Wish(frozenset({LineSubject("A")})))
            assert await late.next() == ["line"]
            late.want(Wish(frozenset({LineSubject("B")})))
            late.want(Wish(frozenset({LineSubject("A")})))
            assert await late.next() == ["line"], "it has looked away and back"


@in_a_loop
async def test_a_new_run_forgets_what_was_found_of_the_one_before_but_the_range_test() -> None:
    channel = Source().channel
    with watching(channel, None, audience) as one:
        one.want(Wish(frozenset({LineSubject("A")})))
        channel.find(LineSubject("A"), "line")
        channel.find(RangeSubject(), "range")
        channel.begin_run(History(2, 1))
        assert channel.findings.keys() == {RangeSubject()}


@in_a_loop
async def test_a_range_test_ends_with_what_computes_it() -> None:
    channel = Source().channel
    with watching(channel, None, audience) as one:
        await one.next()
        channel.abandon()
        channel.find(RangeSubject(), '{"type":"range","status":"done"}')
        channel.abandon()
        assert await one.next() == ['{"type":"range","status":"done"}']
        channel.find(RangeSubject(), '{"type":"range","status":"running","rates":[1]}')
        channel.abandon()
        assert await one.next() == ['{"type":"range","status":"cancelled","rates":[1]}']


@in_a_loop
async def test_who_looks_at_one_earlier_step_after_the_other_gets_the_last_of_them_alone() -> None:
    channel = Source().channel
    with watching(channel, None, audience) as one:
        await one.next()
        for step in (3, 4):
            past = PastSubject(step)
            one.want(Wish(frozenset({past})))
            channel.find(past, f"step {step}")
        channel.find(PastSubject(3), "step 3, late")
        assert await one.next() == ["step 4"]
        assert channel.findings.keys() == {past}


MOVED, UPDATES = Shown(frozenset({"moved"})), Shown(frozenset({"updates"}))
BOTH = MOVED.with_all(UPDATES)


@in_a_loop
async def test_who_wants_more_pays_for_it_and_nobody_else_gets_it() -> None:
    source = Source()
    with (
        watching(source.channel, None, audience) as one,
        watching(source.channel, None, audience, control=False) as other,
        watching(source.channel, None, audience, control=False) as third,
    ):
        one.want(Wish(shown=MOVED))
        third.want(Wish(shown=UPDATES))
        sizes = []
        for shown in (MOVED, BOTH):
            source.publish(shown=shown, shared=MOVED)
            ones, others = await frames(one), await frames(other)
            assert ones[-1].tensors.keys() == others[-1].tensors.keys() == {"params/conv1.weight", "moved/conv1.weight"}
            sizes.append(len(source.channel.message(Position(), [], scalars=False, snapshot=True, wanted=MOVED)))
            one.acknowledge(1), other.acknowledge(1)
        assert sizes[0] == sizes[1], "what the third one wants makes nobody else's frames larger"
        thirds = (await frames(third))[-1]
        assert thirds.tensors.keys() == {"params/conv1.weight", "updates/conv1.weight"}
        assert thirds.directory["limits"].keys() == thirds.tensors.keys()
        third.acknowledge(1)
        source.publish(shown=MOVED, shared=MOVED)
        assert kinds(await frames(third)) == ["scalars"], "nothing without what it wants, once it has had it"
        third.want(Wish())
        assert (await frames(third))[-1].directory["step"] == 3, "what all get is newer"
        third.acknowledge(3)
        third.want(Wish(shown=UPDATES))
        assert await waits(silent(third)), "what there is of it is older than what it has"


@in_a_loop
async def test_a_frame_is_about_the_image_that_its_viewer_wants() -> None:
    def of(*images: int, shared: tuple[int, ...] = ()) -> dict[str, Shown]:
        """What is shown, and the part of it for everybody."""
        shown, common = Shown(frozenset({"responses"})), Shown()
        for image in images:
            shown = shown.of_image(image)
        for image in shared:
            common = common.of_image(image)
        return {"shown": shown, "shared": common}

    def about(frame: Frame) -> tuple[int | None, list[str]]:
        return frame.directory.get("image"), [name for name in frame.tensors if not name.startswith("params")]

    source = Source()
    with (
        watching(source.channel, None, audience) as one,
        watching(source.channel, None, audience) as its_other_tab,
        watching(source.channel, None, audience, control=False) as third,
    ):
        one.want(Wish(shown=Shown().of_image(3)))
        its_other_tab.want(Wish(shown=Shown().of_image(12)))
        third.want(Wish(shown=Shown(frozenset({"responses"})).of_image(5)))
        attention = source.channel.attention
        assert (attention.control.shown.images, attention.watchers.shown.images) == ([3, 12], [5])
        source.publish(**of(3, 5, 12, shared=(3, 12)))
        assert about((await frames(one))[-1]) == (3, ["image/conv1.weight"])
        assert about((await frames(its_other_tab))[-1]) == (12, ["image/conv1.weight"])
        assert about((await frames(third))[-1]) == (5, ["image/conv1.weight", "responses/conv1.weight"])
        one.acknowledge(1)
        one.want(Wish(shown=Shown().of_image(12)))
        assert about((await frames(one))[-1]) == (12, ["image/conv1.weight"]), "at once, where it is there"
        source.publish(**of(3, shared=(3,)))
        its_other_tab.acknowledge(1)
        assert about((await frames(its_other_tab))[-1]) == (None, []), "of no other image than its own"


@in_a_loop
async def test_who_begins_to_want_what_there_is_gets_it_at_once() -> None:
    source = Source()
    with watching(source.channel, None, audience, control=False) as viewer:
        source.publish(shown=BOTH, shared=MOVED)
        assert (await frames(viewer))[-1].tensors.keys() == {"params/conv1.weight", "moved/conv1.weight"}
        viewer.want(Wish(shown=MOVED))
        assert await waits(late := silent(viewer)), "it has that already"
        viewer.want(Wish(shown=UPDATES))
        assert (await late)[-1].tensors.keys() == {"params/conv1.weight", "updates/conv1.weight"}
