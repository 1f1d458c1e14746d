"""Rows judged one after the other, or by several processes; what comes out is the same, in the same order.

The workers are processes of their own (spawned, so that no thread of this one matters). Each is sent a batch when it is
idle, so that neither side ever waits for the other to read; a worker whose parent is gone ends by itself.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.benchmarks import Benchmark
from kodcode_hub.errors import KodcodeError
from kodcode_hub.files.rows import Row

if TYPE_CHECKING:
    from kodcode_hub.decontamination.contamination import Finding
    from kodcode_hub.decontamination.decision import Setting

FEW_ROWS = 2000
"""Up to so many, starting workers takes longer than they save."""
_BATCH_ROWS = 64
_BATCH_CHARACTERS = 200_000
_BATCHES_AHEAD = 4
"""Batches a worker that may be finished before the first one that is not."""


@dataclass(frozen=True, slots=True)
class JudgedText:
    """One row and what is judged of it."""

    number: int
    id: str
    row: Row
    text: str
    code: str


def judge_rows(
    rows: Iterable[JudgedText], *, benchmarks: Sequence[Benchmark], setting: Setting, workers: int
) -> Generator[tuple[JudgedText, Finding]]:
    """The finding of each row, in order; close the iterator where it is not read to its end.

    Args:
        rows: read as they are needed, some batches a worker ahead.
        benchmarks: that each row is compared with.
        setting: strict or balanced.
        workers: processes; 1 is this one.

    Raises:
        KodcodeError: a worker died.
    """
    if workers > 1:
        with _started(workers, benchmarks, setting) as processes:
            yield from _Workers(processes).judge(rows)
        return
    from kodcode_hub.decontamination.contamination import ContaminationCheck

    check = ContaminationCheck(benchmarks, setting=setting)
    for row in rows:
        yield row, check.judge(row.text, code=row.code)


@dataclass(frozen=True, slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection

    def send(self, content: bytes) -> None:
        try:
            self.connection.send_bytes(content)
        except OSError as error:
            raise self._death() from error

    def receive(self) -> list[Finding]:
        try:
            findings: list[Finding] = self.connection.recv()
        except (EOFError, OSError) as error:
            raise self._death() from error
        return findings

    def _death(self) -> KodcodeError:
        self.process.join(1)
        return KodcodeError(
            f"a worker process died (exit code {self.process.exitcode}); if memory ran out, start again with fewer "
            "--workers"
        )


class _Workers:
    def __init__(self, workers: Sequence[_Worker]) -> None:
        self._idle = deque(workers)
        self._ahead = _BATCHES_AHEAD * len(workers)
        self._busy: dict[Connection, tuple[_Worker, int, list[JudgedText]]] = {}
        self._finished: dict[int, list[tuple[JudgedText, Finding]]] = {}

    def judge(self, rows: Iterable[JudgedText]) -> Iterator[tuple[JudgedText, Finding]]:
        batches = enumerate(_batches(rows))
        written = 0
        while True:
            self._hand_out(batches, before=written + self._ahead)
            if not self._busy:
                return
            for connection in wait(list(self._busy)):
                assert isinstance(connection, Connection)
                worker, number, batch = self._busy.pop(connection)
                self._finished[number] = list(zip(batch, worker.receive(), strict=True))
                self._idle.append(worker)
            while written in self._finished:
                yield from self._finished.pop(written)
                written += 1

    def _hand_out(self, batches: Iterator[tuple[int, list[JudgedText]]], *, before: int) -> None:
        """A batch to each idle worker, as long as their numbers are below ``before``."""
        started = before - self._ahead + len(self._busy) + len(self._finished)
        while self._idle and started < before and (numbered := next(batches, None)) is not None:
            worker = self._idle.popleft()
            number, batch = numbered
            worker.send(pickle.dumps([(row.text, row.code) for row in batch]))
            self._busy[worker.connection] = (worker, number, batch)
            started += 1


def _batches(rows: Iterable[JudgedText]) -> Iterator[list[JudgedText]]:
    batch, characters = list[JudgedText](), 0
    for row in rows:
        batch.append(row)
        characters += len(row.text) + len(row.code)
        if len(batch) >= _BATCH_ROWS or characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


@contextmanager
def _started(number: int, benchmarks: Sequence[Benchmark], setting: Setting) -> Iterator[list[_Worker]]:
    """Workers that know the benchmarks; ended with the block, whatever they do."""
    workers = list[_Worker]()
    try:
        with _interrupts_held_back():
            workers.extend(_start() for _ in range(number))
        known = pickle.dumps((list(benchmarks), setting), pickle.HIGHEST_PROTOCOL)
        for worker in workers:
            worker.send(known)
        yield workers
    finally:
        for worker in workers:
            worker.connection.close()
            worker.process.terminate()
        for worker in workers:
            worker.process.join()
            worker.process.close()


def _start() -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs,), name="kodcode-judge", daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Processes started in the block never hear Ctrl-C, which is their parent's to answer; it comes afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(connection: Connection) -> None:
    """A worker's life: benchmarks first, then batches, until the other end is closed."""
    from kodcode_hub.decontamination.contamination import ContaminationCheck

    try:
        benchmarks, setting = pickle.loads(connection.recv_bytes())
        check = ContaminationCheck(benchmarks, setting=setting)
        while True:
            batch = pickle.loads(connection.recv_bytes())
            connection.send([check.judge(text, code=code) for text, code in batch])
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
