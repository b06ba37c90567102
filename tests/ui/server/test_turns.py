"""Pages are drawn a few at a time, and one that waits holds the others up for a moment only."""

from __future__ import annotations

import threading
import time

import pytest

from piximi_ui.server import turns
from piximi_ui.server.turns import drawing_turn


def test_few_are_drawn_at_once_and_each_within_its_own_turn() -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def draw() -> None:
        nonlocal under_way, most
        with drawing_turn(), drawing_turn():
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(0.02)
            with lock:
                under_way -= 1

    threads = [threading.Thread(target=draw) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == 2


def test_a_page_that_waits_holds_nobody_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_PATIENCE_SECONDS", 0.05)
    go, drawn = threading.Event(), threading.Event()

    def wait() -> None:
        with drawing_turn():
            go.wait(30)

    def draw() -> None:
        with drawing_turn():
            drawn.set()

    waiting = [threading.Thread(target=wait) for _ in range(2)]
    for thread in waiting:
        thread.start()
    time.sleep(0.05)
    threading.Thread(target=draw).start()
    assert drawn.wait(10)
    go.set()
    for thread in waiting:
        thread.join(10)
    with drawing_turn():
        pass


def test_a_turn_ends_with_an_error() -> None:
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), drawing_turn():
            raise ZeroDivisionError
    begun = time.monotonic()
    with drawing_turn():
        pass
    assert time.monotonic() - begun < 1


def test_who_gave_up_waiting_does_not_wait_again_within(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    class NeverFree:
        def acquire(self, timeout: float) -> bool:
            asked.append(timeout)
            return False

    monkeypatch.setattr(turns, "_turns", NeverFree())
    with drawing_turn(), drawing_turn(), drawing_turn():
        pass
    assert len(asked) == 1
    with drawing_turn():
        pass
    assert len(asked) == 2
