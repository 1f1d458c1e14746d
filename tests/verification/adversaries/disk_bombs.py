"""Disk of every kind. Meant for limits of about 64 MB and 5 s."""

from __future__ import annotations

from tests.verification.adversaries.program import Program

_TEST = "from solution import *\n\ndef test_grow():\n    assert grow(3) == 6\n"
_HELD = "memory error tampered timeout fail"
_DISK = "fail error memory timeout"


def _bomb(solution: str, test: str = _TEST, verdicts: str = _HELD, *, confined_only: bool = True) -> Program:
    return Program(solution, test, verdicts, confined_only=confined_only)


PROGRAMS: dict[str, Program] = {
    "one file": _bomb(
        "def grow(n):\n    with open('f', 'wb') as file:\n        while True: file.write(b'x' * (1 << 22))\n",
        verdicts=_DISK,
    ),
    "many files": _bomb(
        "def grow(n):\n    i = 0\n    while True:\n        i += 1\n"
        "        with open(f'f{i}', 'wb') as file: file.write(b'x' * (1 << 20))\n",
        verdicts=_DISK,
    ),
    "files without content": _bomb(
        "def grow(n):\n    i = 0\n    while True:\n        i += 1\n        open(f'f{i}', 'w').close()\n", verdicts=_DISK
    ),
    "folders without end": _bomb(
        "import os\ndef grow(n):\n    while True:\n        os.mkdir('d' * 200)\n        os.chdir('d' * 200)\n",
        verdicts=_DISK,
    ),
    "links without end": _bomb(
        "import os\ndef grow(n):\n    i = 0\n    while True:\n        i += 1\n"
        "        os.symlink('x' * 4000, f'l{i}')\n",
        verdicts=_DISK,
    ),
    "a file with holes": _bomb(
        "def grow(n):\n    with open('f', 'wb') as file:\n        file.truncate(1 << 42)\n        file.seek(1 << 41)\n"
        "        while True: file.write(b'x' * (1 << 22))\n",
        verdicts=_DISK,
    ),
    "files that are held and have no name": _bomb(
        "import os, tempfile\ndef grow(n):\n    kept = []\n    while True:\n"
        "        kept.append(tempfile.TemporaryFile())\n"
        "        kept[-1].write(b'x' * (1 << 22))\n        kept[-1].flush()\n",
        verdicts=_DISK,
    ),
    "room reserved": _bomb(
        "import os\ndef grow(n):\n    i = 0\n    while True:\n        i += 1\n"
        "        os.posix_fallocate(os.open(f'f{i}', os.O_CREAT | os.O_RDWR), 0, 1 << 25)\n",
        verdicts=_DISK,
    ),
    "every place that can be written": _bomb(
        """
        import os
        def grow(n):
            places = ['/tmp', '/var/tmp', '/dev/shm', os.path.expanduser('~'), '.', '/run', '/dev/mqueue']
            for place in places:
                try:
                    with open(os.path.join(place, 'full'), 'wb') as file:
                        while True: file.write(b'x' * (1 << 22))
                except OSError: pass
            return 7
        """,
        verdicts=_DISK,
    ),
    "a log that grows": _bomb(
        "import logging\nlogging.basicConfig(filename='log', level=0)\ndef grow(n):\n"
        "    while True: logging.info('x' * 100_000)\n",
        verdicts="fail error memory timeout",
    ),
}
