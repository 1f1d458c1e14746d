"""Reading ahead: the next items are made in a thread while the last one is used."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

_Item = TypeVar("_Item")

_AHEAD = 4


def prefetched(items: Iterator[_Item]) -> Iterator[_Item]:
    """The same items in the same order; an exception of ``items`` comes where it would have come."""
    waiting: queue.Queue[tuple[bool, _Item | BaseException | None]] = queue.Queue(_AHEAD)
    stopped = threading.Event()
    thread = threading.Thread(target=_fill, args=(items, waiting, stopped), name="prefetch", daemon=True)
    thread.start()
    try:
        while True:
            is_item, item = waiting.get()
            if is_item:
                yield item  # type: ignore[misc]
            elif item is None:
                return
            else:
                raise item  # type: ignore[misc]
    finally:
        stopped.set()
        while thread.is_alive():
            _empty(waiting)
            thread.join(0.01)


def _fill(
    items: Iterator[_Item],
    waiting: queue.Queue[tuple[bool, _Item | BaseException | None]],
    stopped: threading.Event,
) -> None:
    try:
        for item in items:
            waiting.put((True, item))
            if stopped.is_set():
                return
        waiting.put((False, None))
    except BaseException as error:  # noqa: BLE001 - raised again where the items are used
        waiting.put((False, error))


def _empty(waiting: queue.Queue[tuple[bool, _Item | BaseException | None]]) -> None:
    try:
        while True:
            waiting.get_nowait()
    except queue.Empty:
        return
