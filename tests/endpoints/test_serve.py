"""Starting and stopping the embedded server on its own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from kodcode_hub.endpoints.embedded.recordings import Recording, Recordings
from kodcode_hub.endpoints.embedded.serve import serve
from kodcode_hub.errors import InputError, UsageError

RECORDINGS = Recordings([Recording((), ("reply",))])

PROGRAM = """
import asyncio, sys
from kodcode_hub.endpoints.embedded.recordings import Recording, Recordings
from kodcode_hub.endpoints.embedded.serve import serve_until_stopped

def ready(url):
    sys.stdout.write(url + "\\n")
    sys.stdout.flush()

asyncio.run(serve_until_stopped(Recordings([Recording((), ("reply",))]), port=0, model="mine", on_ready=ready))
sys.stdout.write("ended\\n")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal_and_ends_cleanly(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-X", "dev", "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{url}/info", timeout=10) as response:
            assert b'"mine"' in response.read()
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out, err) == (0, "ended\n", "")


def test_it_is_reached_from_this_machine_only() -> None:
    async def run() -> None:
        async with serve(RECORDINGS) as base_url:
            assert base_url.startswith("http://127.0.0.1:")

    asyncio.run(run())


def test_a_taken_port_is_a_usage_error_that_names_it() -> None:
    async def run(port: int) -> None:
        async with serve(RECORDINGS, port=port):
            pass

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is taken.*--port") as caught:
            asyncio.run(run(port))
    assert caught.value.exit_code == 2
    assert not isinstance(caught.value, InputError)


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_number_that_is_no_port_is_a_usage_error(port: int) -> None:
    async def run() -> None:
        async with serve(RECORDINGS, port=port):
            pass

    with pytest.raises(UsageError, match="ports go from 1 to 65535"):
        asyncio.run(run())


def test_a_port_is_free_again_after_the_server_has_ended() -> None:
    async def run() -> None:
        async with serve(RECORDINGS) as base_url:
            port = int(base_url.rpartition(":")[2])
        async with serve(RECORDINGS, port=port) as again:
            assert again == base_url

    asyncio.run(run())
