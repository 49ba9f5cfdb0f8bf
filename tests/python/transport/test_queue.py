"""A full queue makes its senders wait, a closed one frees them; nothing is lost in between."""

from __future__ import annotations

from threading import Thread

from interpogate.transport.queue import BoundedQueue
from waiting import wait_until


def test_items_come_out_in_order() -> None:
    queue = BoundedQueue()
    assert all(queue.put(item) for item in (b"a", b"b", b"c"))
    assert [queue.take() for _ in range(3)] == [b"a", b"b", b"c"]


def test_a_sender_waits_while_the_queue_is_full() -> None:
    queue = BoundedQueue(capacity_bytes=10)
    queue.put(b"x" * 8)
    taken: list[bool] = []
    sender = Thread(target=lambda: taken.append(queue.put(b"yyy")))
    sender.start()
    wait_until(lambda: bool(queue._changed._waiters), "the sender waits")  # type: ignore[attr-defined]
    assert taken == []
    assert queue.take() == b"x" * 8
    sender.join()
    assert (taken, queue.take()) == ([True], b"yyy")


def test_an_item_over_the_capacity_passes_through_an_empty_queue() -> None:
    queue = BoundedQueue(capacity_bytes=10)
    assert queue.put(b"x" * 100)
    assert queue.take() == b"x" * 100


def test_closing_keeps_what_is_inside_and_takes_nothing_more() -> None:
    queue = BoundedQueue()
    queue.put(b"a")
    queue.close()
    assert not queue.put(b"b")
    assert (queue.take(), queue.take()) == (b"a", None)


def test_discarding_frees_a_waiting_sender() -> None:
    queue = BoundedQueue(capacity_bytes=1)
    queue.put(b"a")
    taken: list[bool] = []
    sender = Thread(target=lambda: taken.append(queue.put(b"b")))
    sender.start()
    queue.discard()
    sender.join()
    assert (taken, queue.take()) == ([False], None)


def test_it_is_idle_once_the_taker_has_done_with_the_last_item() -> None:
    queue = BoundedQueue()
    queue.put(b"a")
    assert not queue.wait_idle(0)
    queue.take()
    assert not queue.wait_idle(0), "the item is taken, not done with"
    taker = Thread(target=queue.take)
    taker.start()
    assert queue.wait_idle(10)
    queue.close()
    taker.join()
    assert queue.wait_idle(0), "nobody waits for a wire that is closed"
