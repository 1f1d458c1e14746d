"""Every example of the documentation is run as it stands, page by page, in a folder of its own."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.docs.examples import PAGES, ROOT, Block, Command, blocks, prints_what_is_shown
from tests.docs.readers_world import served, write_readers_files
from tests.hub_server.clients import client_environment
from tests.hub_server.server import hub_server
from tests.pipeline.running import environment

NOT_RUN = {
    "make demo": "the demo has tests of its own",
    "make test": "runs the tests, this one among them",
}
FROM_THE_SYSTEM = ("curl", "sqlite3")
"""Programs that a machine may lack; what needs them is left out there, and the test says so."""

NEEDS_A_HUB = ("publishing.md",)

TIMEOUT_S = 120


class Reader:
    """Somebody who follows a page: one folder, a server at the documented address, the programs of this package.

    Args:
        address: ``host:port`` of the reader's own TGI server, which the pages suppose to be at ``localhost:8080``.
        processes: ends what a page starts and leaves running.
        hub: variables of the reader's Hub, where the page needs one.
    """

    def __init__(
        self, folder: Path, address: str, processes: ExitStack, *, hub: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder
        self._address = address
        self._processes = processes
        self.left_out: list[str] = []
        _write_programs(folder.parent / "programs")
        self._environment = environment() | {
            "PATH": f"{folder.parent / 'programs'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HF_HOME": str(folder.parent / "hf"),
            "KODCODE_HOME": str(folder.parent / "kodcode"),
            **(hub or {}),
        }

    def follow(self, block: Block) -> None:
        """Save, run or type what the block holds."""
        if block.file:
            path = self._folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            self._run_program(block)
        for command in block.commands:
            self.type(command)

    def type(self, command: Command) -> None:
        """Run one command, and compare what it prints with what the page shows."""
        program = command.text.split()[0]
        if command.text in NOT_RUN:
            return
        if program in FROM_THE_SYSTEM and shutil.which(program) is None:
            self.left_out.append(command.text)
        elif command.text.startswith("kodcode endpoint "):
            self._address = self._processes.enter_context(self._endpoint(command.text))
        else:
            text = command.text.replace("localhost:8080", self._address).replace("127.0.0.1:8080", self._address)
            done = self._run(["sh", "-c", text])
            assert done.returncode == 0, f"{command.text}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
            assert prints_what_is_shown(done.stdout, command.shown), f"{command.text} prints\n{done.stdout}"

    def _run_program(self, block: Block) -> None:
        done = self._run([sys.executable, "-c", block.text])
        assert done.returncode == 0, f"{block.text}\n{done.stderr}"
        if block.printed:
            assert done.stdout.splitlines() == block.printed

    def _run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )

    @contextmanager
    def _endpoint(self, text: str) -> Iterator[str]:
        """The page's own server, at a free port instead of the documented one; ended by Ctrl-C as it says."""
        words = shlex.split(text.replace("--port 8080", "--port 0"))
        with subprocess.Popen(
            words, cwd=self._folder, env=self._environment, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stderr is not None
                announcement = process.stderr.readline()
                assert "http://127.0.0.1:" in announcement, announcement
                yield announcement.partition("http://")[2].split()[0]
            finally:
                process.send_signal(signal.SIGINT)
                assert process.wait(TIMEOUT_S) == 0


def reachable_hub(processes: ExitStack, folder: Path) -> dict[str, str]:
    """A Hub on loopback, and the variables by which it is found."""
    hub = processes.enter_context(hub_server(folder / "hub"))
    variables = client_environment(hub, folder / "hf") | {"HF_HUB_OFFLINE": "0"}
    return {name: value for name, value in variables.items() if name.startswith("HF_")}


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of the README's first build, which the other pages look at."""
    folder = tmp_path_factory.mktemp("first") / "folder"
    folder.mkdir()
    write_readers_files(folder)
    with served(folder) as address, ExitStack() as processes:
        Reader(folder, address, processes).follow(blocks(ROOT / "README.md")[1])
    return folder / "runs" / "first"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_run_and_print_what_it_shows(page: Path, tmp_path: Path, first_run: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    write_readers_files(folder)
    if page.name != "README.md":
        shutil.copytree(first_run, folder / "runs" / "first")
    with served(folder) as address, ExitStack() as processes:
        hub = reachable_hub(processes, tmp_path) if page.name in NEEDS_A_HUB else None
        reader = Reader(folder, address, processes, hub=hub)
        for block in blocks(page):
            reader.follow(block)
    if reader.left_out:
        pytest.skip(f"everything else ran; not installed is what this needs: {'; '.join(reader.left_out)}")


def test_nothing_is_left_out_that_the_pages_no_longer_say() -> None:
    typed = {command.text for page in PAGES for block in blocks(page) for command in block.commands}
    assert set(NOT_RUN) <= typed


@pytest.mark.parametrize(
    ("shown", "fits"),
    [
        (("one", "two"), True),
        (("...", "two"), True),
        (("one", "..."), True),
        (("on...", "..."), True),
        (("two",), False),
        (("one", "tw"), False),
        (("...", "three"), False),
    ],
)
def test_shown_output_is_compared_line_by_line(shown: tuple[str, ...], fits: bool) -> None:
    assert prints_what_is_shown("one\ntwo\n", shown) is fits


def _write_programs(folder: Path) -> None:
    """``kodcode`` of this very checkout, whatever is installed."""
    folder.mkdir()
    program = folder / "kodcode"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m kodcode_hub.cli.app "$@"\n', encoding="utf-8")
    program.chmod(0o755)
