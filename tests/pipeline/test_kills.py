"""kill -9 at any moment: the next start goes on, and the release is the same, byte for byte.

Defects 20, 28 and 33: a checkpoint that could not be read, half-written trials, and locks that outlived their process.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from kodcode_hub.endpoints.http import to_bytes
from kodcode_hub.endpoints.identity import decode_info
from kodcode_hub.endpoints.requests import DIALECTS, encode_request
from kodcode_hub.ledger.pages import completions
from kodcode_hub.ledger.store import open_for_reading
from kodcode_hub.pipeline.status import run_status
from tests.pipeline.counting_server import counting_server
from tests.pipeline.running import command, environment, kodcode, release_bytes
from tests.pipeline.world import make_world
from tests.verification.sandboxes import descendants, is_running, wait_until

KILLS = 30


@pytest.mark.slow
def test_thirty_kills_change_nothing_and_ask_nothing_twice(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed of the kill moments: {seed}")  # noqa: T201 - shown by pytest when the test fails
    moments = random.Random(seed)
    world = make_world(tmp_path)
    with counting_server(world.recordings, delay_s=0.15) as server:
        undisturbed = tmp_path / "undisturbed"
        words = world.arguments(undisturbed, "--workers", "1", endpoint=server.url)
        assert kodcode(words).returncode == 0
        server.exchanges.clear()
        run = tmp_path / "run"
        words = world.arguments(run, "--workers", "1", endpoint=server.url)
        kills, acknowledged = [], dict[str, float]()
        for _ in range(KILLS):
            # Starting takes most of a second; kills fall before, within and after the work.
            killed_at = _kill_after(words, moments.uniform(0.2, 3.0))
            if killed_at is not None:
                kills.append(killed_at)
                for body in _acknowledged_bodies(run, server.url):
                    acknowledged.setdefault(body, killed_at)
            _assert_status_is_whole(run)
        assert kodcode(words).returncode == 0
        assert release_bytes(run) == release_bytes(undisturbed)
        assert server.asked_again(kills) == []
        late = [body for body, kept_at in acknowledged.items() if server.exchanges[body][-1].arrived > kept_at]
        assert late == [], "the ledger held the completion, and it was asked for again"
        assert run_status(run)["requests"]["delivered"] == len(server.exchanges)
        assert not (run / "scratch").exists() or not list((run / "scratch").iterdir())


def _acknowledged_bodies(run: Path, url: str) -> set[str]:
    """What the ledger holds the completions of, as hashes of the requests that the server saw."""
    if not (run / "ledger.sqlite").exists():
        return set()
    with urllib.request.urlopen(url.removeprefix("tgi+") + "/info") as answer:
        limits = decode_info(json.load(answer))
    with closing(open_for_reading(run / "ledger.sqlite")) as connection:
        requests = [settled.request for settled in completions(connection)]
    bodies = [to_bytes(encode_request(DIALECTS["tgi"], request, limits)[1]) for request in requests]
    return {hashlib.sha256(body).hexdigest() for body in bodies}


def _kill_after(words: list[str], seconds: float) -> float | None:
    """Start ``kodcode`` and kill it; the moment of the kill, None if it had ended by itself."""
    process = subprocess.Popen(
        command(words), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        assert process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        killed_at = time.monotonic()
        process.wait()
        return killed_at
    return None


def _assert_status_is_whole(run: Path) -> None:
    if not (run / "ledger.sqlite").exists():
        return
    done = kodcode(["status", str(run), "--json"])
    assert done.returncode == 0, done.stderr


LAUNCHER_ZYGOTE_AND_TRIAL = 3


@pytest.mark.slow
def test_a_kill_leaves_no_trial_running(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    run = tmp_path / "run"
    process = subprocess.Popen(
        command(world.arguments(run)), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until(lambda: len(descendants(process.pid)) >= LAUNCHER_ZYGOTE_AND_TRIAL)
    family = descendants(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_until(lambda: not any(map(is_running, family)))


@pytest.mark.slow
def test_ctrl_c_stops_with_a_sentence_and_the_next_start_goes_on(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    run = tmp_path / "run"
    words = world.arguments(run)
    process = subprocess.Popen(
        command(words),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell lets its background jobs ignore Ctrl-C, and these tests may be one.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    wait_until(lambda: len(descendants(process.pid)) >= LAUNCHER_ZYGOTE_AND_TRIAL)
    family = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    _, message = process.communicate(timeout=60)
    assert process.returncode == 130
    assert message.strip() == "stopped; the same command goes on where this one was"
    wait_until(lambda: not any(map(is_running, family)))
    assert run_status(run)["state"] == "stopped"
    assert kodcode(words).returncode == 0
