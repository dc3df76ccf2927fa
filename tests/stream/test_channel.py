"""The state that all viewers of an experiment share."""

import asyncio
import threading
from contextlib import ExitStack

import pytest
from kernelscope.experiment.own_image import OwnImage
from kernelscope.experiment.place import Kernel
from kernelscope.source.attention import Attend, Interest
from kernelscope.stream import channel as channel_module
from kernelscope.stream.audience import Wish
from kernelscope.stream.channel import MOST_IMAGES, MOST_KEPT, MOST_KERNELS, MOST_ROWS, MOST_THINNED, REUSED_FOR
from kernelscope.stream.history import START, History, Position
from kernelscope.stream.viewer import Closed, watching
from kernelscope.stream.wire import decode
from kernelscope.studies.film import FilmSubject
from kernelscope.studies.lens import LensSubject
from kernelscope.studies.line import LineSubject
from kernelscope.studies.past import PastSubject
from kernelscope.studies.shown import Shown

from tests.stream.support import Source, audience, in_a_loop, kinds, results_in, spans


def test_what_is_asked_for_comes_in_order_and_the_kernel_only_with_its_snapshot() -> None:
    source, kernel = Source(), Kernel("conv1", 3, 2)
    source.publish(3, kernels=(kernel,))
    message = source.channel.message(START, [kernel], scalars=True, snapshot=True)
    assert kinds(decode(message)) == ["scalars", "kernel", "snapshot"]
    assert decode(message)[1].directory == {
        "run": 1,
        "step": 3,
        "lane_steps": [3],
        "layer": "conv1",
        "out": 3,
        "in": 2,
    }
    message = source.channel.message(START, [kernel], scalars=True, snapshot=False)
    assert kinds(decode(message)) == ["scalars"]
    message = source.channel.message(START, [Kernel("conv1", 0, 0)], scalars=False, snapshot=True)
    assert kinds(decode(message)) == ["snapshot"], "the worker has not heard yet that this kernel is wanted"


def test_a_message_is_put_together_once_and_anew_when_there_is_news() -> None:
    source = Source()
    source.publish()
    first = source.channel.message(START, [], scalars=True, snapshot=True)
    assert source.channel.message(START, [], scalars=True, snapshot=True) is first
    # A kernel that is in no picture makes no difference.
    assert source.channel.message(START, [Kernel("conv1", 9, 9)], scalars=True, snapshot=True) is first
    source.publish()
    assert spans(decode(source.channel.message(START, [], scalars=True, snapshot=True))) == [(1, 2)]


def test_however_many_positions_are_asked_for_few_messages_are_kept() -> None:
    source = Source()
    source.publish(1000)
    for step in range(1000):
        source.channel.message(Position(step, 0), [], scalars=True, snapshot=True)
        assert len(source.channel._messages) <= MOST_KEPT


@in_a_loop
async def test_however_many_positions_are_prepared_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_module, "MOST_ROWS", 10)
    source = Source()
    source.publish(200)
    for step in range(150):
        await source.channel.prepare(Position(step, 0))
        assert len(source.channel._thinned) <= MOST_THINNED


@in_a_loop
async def test_a_long_way_is_thinned_in_a_thread_and_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    thinned_frame = History.thinned_frame

    def noted(self: History, since: Position, until: Position, most: int) -> bytes:
        threads.append(threading.current_thread())
        return thinned_frame(self, since, until, most)

    monkeypatch.setattr(History, "thinned_frame", noted)
    source = Source()
    source.publish(MOST_ROWS)
    await source.channel.prepare(START)
    assert threads == [], "so many are not thinned"
    source.publish(1)
    await source.channel.prepare(START)
    await source.channel.prepare(START)
    source.publish(REUSED_FOR - 1, tests=2)
    await source.channel.prepare(START)
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
    message = decode(source.channel.message(START, [], scalars=True, snapshot=True))
    assert kinds(message) == ["scalars", "scalars", "snapshot"]
    assert spans(message) == [(1, MOST_ROWS + 1), (MOST_ROWS + 2, MOST_ROWS + REUSED_FOR)]
    assert [frame.directory["stretch"] > 1 for frame in message[:2]] == [True, False]
    assert [results_in(frame) for frame in message[:2]] == [[], [0, 1]]
    source.publish(1)
    await source.channel.prepare(START)
    assert len(threads) == 2, "what is too old is thinned anew"


@in_a_loop
async def test_a_run_that_begins_meanwhile_is_not_mixed_with_the_one_before() -> None:
    source = Source()
    source.publish(MOST_ROWS + 1)
    preparing = asyncio.create_task(source.channel.prepare(START))
    await asyncio.sleep(0)
    source.channel.begin_run(History(2, lanes=1))
    await preparing
    source.publish(3)
    (frame, _) = decode(source.channel.message(START, [], scalars=True, snapshot=True))
    assert (frame.directory["run"], frame.directory["last_step"], frame.directory["stretch"]) == (2, 3, 1)


@in_a_loop
async def test_a_new_run_forgets_the_snapshot_of_the_one_before() -> None:
    source = Source()
    source.publish()
    source.channel.begin_run(History(2, lanes=1))
    assert kinds(decode(source.channel.message(START, [], scalars=True, snapshot=True))) == ["scalars"]


@in_a_loop
async def test_attention_is_what_all_viewers_see_together() -> None:
    source, one_kernel, other_kernel = Source(), Kernel("c", 0, 0), Kernel("c", 1, 0)
    channel = source.channel
    assert (channel.attention, source.attention) == (Attend(), 0)
    with watching(channel, None, audience) as one, watching(channel, None, audience) as other:
        assert channel.attention.snapshots
        assert source.attention == 2
        one.want(Wish(kernel=one_kernel))
        other.want(Wish(pointed=other_kernel))
        assert channel.attention.control.kernels == {one_kernel, other_kernel}
        one.show(False)
        assert channel.attention.snapshots
        assert channel.attention.control.kernels == {other_kernel}, "who sees nothing looks at nothing"
        other.show(False)
        assert channel.attention == Attend()
        one.show(True)
        assert channel.attention == Attend(True, Interest(frozenset({one_kernel})))
        assert source.attention == 7
    assert channel.attention == Attend()
    assert source.attention == 9


@in_a_loop
async def test_what_else_viewers_want_is_put_together() -> None:
    channel = Source().channel
    with watching(channel, None, audience) as one, watching(channel, None, audience) as other:
        kernel = Kernel("c", 1, 0)
        line, lens, film, past = LineSubject("A"), LensSubject("B", kernel), FilmSubject(kernel, 16), PastSubject(3)
        dense = Shown(frozenset({"updates"}), frozenset({"dense"}))
        one.want(Wish(frozenset({line}), dense))
        other.want(Wish(frozenset({lens}), Shown(frozenset({"updates", "apart.B"})), kernel))
        shown = Shown(frozenset({"updates", "apart.B"}), frozenset({"dense"}))
        assert channel.attention == Attend(True, Interest(frozenset({kernel}), shown, frozenset({line, lens})))
        other.want(Wish(frozenset({lens, film, past})))
        one.want(Wish(frozenset({line, film}), dense))
        assert channel.attention.control.subjects == {line, lens, film, past}
        channel.find(lens, "found")
        channel.find(LineSubject("B"), "in vain")
        assert channel.findings.keys() == {lens}
        other.show(False)
        assert not channel.findings
        assert channel.attention.control.shown.quantities == {"updates"}


@in_a_loop
async def test_what_those_want_who_only_watch_is_kept_apart() -> None:
    channel = Source().channel
    with watching(channel, None, audience) as one, watching(channel, None, audience, control=False) as other:
        line, past = LineSubject("A"), PastSubject(3)
        one.want(Wish(frozenset({line}), Shown(frozenset({"updates"}))))
        more = Shown(frozenset({"updates", "moved"}), frozenset({"c"}))
        other.want(Wish(frozenset({line, past}), more, Kernel("dense", 0, 0)))
        attention = channel.attention
        assert attention.control == Interest(frozenset(), Shown(frozenset({"updates"})), frozenset({line}))
        assert attention.watchers == Interest(
            frozenset({Kernel("dense", 0, 0)}), Shown(frozenset({"moved"}), frozenset({"dense"})), frozenset({past})
        )
        channel.find(past, "then")
        assert channel.findings.keys() == {past}


@pytest.mark.parametrize("control", [True, False])
@in_a_loop
async def test_so_many_images_are_looked_at(control: bool) -> None:
    channel = Source().channel
    with ExitStack() as stack:
        for image in range(MOST_IMAGES + 8, 0, -1):
            viewer = stack.enter_context(watching(channel, None, audience, control=control))
            viewer.want(Wish(shown=Shown().of_image(image)))
        attention = channel.attention.control if control else channel.attention.watchers
        assert attention.shown.images == [*range(9, MOST_IMAGES + 9)], "the first to come"


@in_a_loop
async def test_of_pictures_that_share_an_index_that_of_the_viewer_in_control_counts() -> None:
    channel = Source().channel
    mine, forged = (OwnImage(bytes.fromhex(levels)) for levels in ("157d6152f9dd", "e93ae328488d"))
    assert mine.index == forged.index
    with watching(channel, None, audience) as one, watching(channel, None, audience, control=False) as other:
        for viewer, picture in ((one, mine), (other, forged)):
            viewer.want(Wish(own=picture))
        assert channel.attention.own == {mine}
        one.want(Wish(own=forged))
        other.want(Wish(own=mine))
        assert channel.attention.own == {forged}


@in_a_loop
async def test_of_those_who_only_watch_so_many_get_the_exact_numbers_of_a_kernel() -> None:
    channel = Source().channel
    with ExitStack() as stack:
        for number in range(MOST_KERNELS + 8):
            stack.enter_context(watching(channel, None, audience, control=False)).want(
                Wish(kernel=Kernel("c", number, 0), pointed=Kernel("c", 500 + number, 0))
            )
        first = frozenset(Kernel("c", number, 0) for number in range(MOST_KERNELS))
        assert channel.attention.watchers.kernels == first
        stack.enter_context(watching(channel, None, audience)).want(Wish(kernel=Kernel("c", 999, 0)))
        assert channel.attention.control.kernels == {Kernel("c", 999, 0)}


def test_findings_that_are_too_large_together_are_forgotten_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_module, "MOST_BYTES_FOUND", 10)
    channel = Source().channel
    with watching(channel, None, audience) as one, watching(channel, None, audience) as other:
        a, b, past = LineSubject("A"), LineSubject("B"), PastSubject(1)
        one.want(Wish(frozenset({a, past})))
        other.want(Wish(frozenset({b})))
        for subject, text in ((a, "aaaa"), (b, "bbbb"), (a, "AAAA"), (past, "then")):
            channel.find(subject, text)
        assert channel.findings.keys() == {a, past}
        channel.find(b, "b" * 100)
        assert channel.findings.keys() == {b}, "the newest there always is"


@in_a_loop
async def test_closing_ends_every_viewer() -> None:
    channel = Source().channel
    with watching(channel, None, audience) as viewer, watching(channel, None, audience) as waiting:
        await viewer.next()
        await waiting.next()
        ending = asyncio.create_task(waiting.next())
        await asyncio.sleep(0)
        channel.close()
        for end in (viewer.next(), ending):
            with pytest.raises(Closed):
                await end
    assert not channel.viewers
