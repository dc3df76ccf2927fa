"""What all viewers of an experiment share."""

import asyncio
import threading

import pytest

from server.runner.messages import Attend, Subject
from server.runner.picture import Kernel
from server.stream import channel as channel_module
from server.stream.channel import MOST_KEPT, MOST_ROWS, MOST_THINNED, REUSED_FOR
from server.stream.history import START, History, Position
from server.stream.viewer import Closed, View, watching
from server.stream.wire import decode
from tests.stream.support import Source, audience, in_a_loop, kinds, results_in, spans


def test_what_is_asked_for_comes_in_order_and_the_kernel_only_with_its_snapshot() -> None:
    source, kernel = Source(), Kernel("conv1", 3, 2)
    source.publish(3, kernels=(kernel,))
    message = source.channel.message(START, kernel, scalars=True, snapshot=True)
    assert kinds(decode(message)) == ["scalars", "kernel", "snapshot"]
    assert decode(message)[1].directory == {
        "run": 1,
        "step": 3,
        "lane_steps": [3],
        "layer": "conv1",
        "out": 3,
        "in": 2,
    }
    message = source.channel.message(START, kernel, scalars=True, snapshot=False)
    assert kinds(decode(message)) == ["scalars"]
    message = source.channel.message(START, Kernel("conv1", 0, 0), scalars=False, snapshot=True)
    assert kinds(decode(message)) == ["snapshot"], "the worker has not heard yet that this kernel is wanted"


def test_a_message_is_put_together_once_and_anew_when_there_is_news() -> None:
    source = Source()
    source.publish()
    first = source.channel.message(START, None, scalars=True, snapshot=True)
    assert source.channel.message(START, None, scalars=True, snapshot=True) is first
    # A kernel that no picture has makes no difference.
    assert source.channel.message(START, Kernel("conv1", 9, 9), scalars=True, snapshot=True) is first
    source.publish()
    assert spans(decode(source.channel.message(START, None, scalars=True, snapshot=True))) == [(1, 2)]


def test_however_many_positions_are_asked_for_few_messages_are_kept() -> None:
    source = Source()
    source.publish(1000)
    for step in range(1000):
        source.channel.message(Position(step, 0), None, scalars=True, snapshot=True)
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
    message = decode(source.channel.message(START, None, scalars=True, snapshot=True))
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
    (frame, _) = decode(source.channel.message(START, None, scalars=True, snapshot=True))
    assert (frame.directory["run"], frame.directory["last_step"], frame.directory["stretch"]) == (2, 3, 1)


@in_a_loop
async def test_a_new_run_forgets_the_snapshot_of_the_one_before() -> None:
    source = Source()
    source.publish()
    source.channel.begin_run(History(2, lanes=1))
    assert kinds(decode(source.channel.message(START, None, scalars=True, snapshot=True))) == ["scalars"]


@in_a_loop
async def test_attention_is_what_all_viewers_see_together() -> None:
    source, one_kernel, other_kernel = Source(), Kernel("c", 0, 0), Kernel("c", 1, 0)
    channel = source.channel
    assert (channel.attention, source.attention) == (Attend(), 0)
    with watching(channel, None, audience) as one, watching(channel, None, audience) as other:
        assert channel.attention.snapshots
        assert source.attention == 2
        one.look(one_kernel)
        other.look(other_kernel)
        assert channel.attention.kernels == {one_kernel, other_kernel}
        one.show(False)
        assert channel.attention.snapshots
        assert channel.attention.kernels == {other_kernel}, "who sees nothing looks at nothing"
        other.show(False)
        assert channel.attention == Attend()
        one.show(True)
        assert channel.attention == Attend(True, frozenset({one_kernel}))
        assert source.attention == 7
    assert channel.attention == Attend()
    assert source.attention == 9


@in_a_loop
async def test_what_else_viewers_want_is_put_together() -> None:
    channel = Source().channel
    with watching(channel, None, audience) as one, watching(channel, None, audience) as other:
        one.see(View(frozenset({"updates"}), frozenset({"dense"}), line="A"))
        other.see(View(frozenset({"updates", "apart.B"}), lens="B"))
        assert channel.attention.subjects == {Subject("line", "A")}, "a lens is of the kernel that is looked at"
        other.look(Kernel("c", 1, 0))
        lens = Subject("lens", "B", Kernel("c", 1, 0))
        assert channel.attention == Attend(
            True,
            frozenset({Kernel("c", 1, 0)}),
            frozenset({"updates", "apart.B"}),
            frozenset({"dense"}),
            frozenset({Subject("line", "A"), lens}),
        )
        other.see(View(lens="B", film=16, studies=frozenset({Subject("past", step=3)})))
        one.see(View(frozenset({"updates"}), frozenset({"dense"}), line="A", film=16))
        film = Subject("film", kernel=Kernel("c", 1, 0), frames=16)
        assert channel.attention.subjects == {Subject("line", "A"), lens, film, Subject("past", step=3)}
        channel.find(lens, "found")
        channel.find(Subject("line", "B"), "in vain")
        assert channel.findings.keys() == {lens}
        other.show(False)
        assert not channel.findings
        assert channel.attention.quantities == {"updates"}


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
