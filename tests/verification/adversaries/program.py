"""What a table of adversaries holds. The tables run nothing: those who import them bring the sandbox."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

REFUSED = "fail error tampered"
"""The usual answers to a wrong solution: which of the three it is depends on where the trick is met."""


@dataclass(frozen=True, slots=True)
class Program:
    """A solution that does not do its task and wants ``pass``, or one that wants to exhaust the machine."""

    solution: str
    test: str
    verdicts: str = REFUSED
    """What may be said of it in every mode; several names with blanks between."""
    split_only: bool = False
    """One interpreter cannot be expected to catch it: in mode ``same`` it may pass."""
    confined_only: bool = False
    """Would reach processes or files that are not its own: never run it where nothing holds it."""
    note: str = ""

    def __post_init__(self) -> None:
        _dedent(self)


@dataclass(frozen=True, slots=True)
class Escape:
    """A solution that reaches for the host; its test passes where the answer is that it could not.

    ``@NAME@`` in its texts is a fact that the one who runs it fills in:

    ``@MARK@``      a word of letters and digits, another for each run
    ``@OUTSIDE@``   a folder of the host that anybody may write into; its file ``canary`` holds ``canary-@MARK@``
    ``@PARENT@``    the id of the process that runs the sandbox; a trial of it has ``SECRET_TOKEN=canary-@MARK@`` in its
                    environment and ``canary-@MARK@`` in its memory
    ``@TCP@``       a port of 127.0.0.1 (and ``@TCP6@`` of ::1) on which the host listens; ``@UDP@`` likewise
    ``@UNIX@``      the path of a unix socket in ``@OUTSIDE@``, ``@ABSTRACT@`` the name of an abstract one; both listen
    ``@KEY@``       the number of a System V key that nobody uses
    """

    solution: str
    test: str
    leaves: str = ""
    """What must not be there after the trial: ``file:PATH`` (``*`` allowed), ``process`` (one whose command line or
    environment holds ``@MARK@``), ``sysv`` (anything under ``@KEY@``), ``message`` (the host's sockets heard it),
    ``changed:PATH`` (a file or folder whose content must be as before). Several with blanks between."""
    verdicts: str = "pass"
    """``pass`` where it is held: the test asserts what the solution could not do."""
    then: tuple[str, str] | None = None
    """A solution and a test to be run next in the same worker; they must pass: nothing of this trial may reach them."""
    namespaces_only: bool = False
    """Only a namespace hides it: in the tier ``landlock`` it may be seen, and nothing more."""
    confined_only: bool = False
    """Would do harm where nothing holds it: never run it unconfined."""
    note: str = ""

    def __post_init__(self) -> None:
        _dedent(self)
        if self.then is not None:
            solution, test = self.then
            object.__setattr__(self, "then", (_dedented(solution), _dedented(test)))


@dataclass(frozen=True, slots=True)
class Honest:
    """A solution that does its task; however odd it looks, it must pass."""

    solution: str
    test: str
    split_falls_back: bool = False
    """Solution and test cannot be taken apart: ``auto`` may run it in one interpreter."""
    namespaces_only: bool = False
    """Needs what the tier ``landlock`` refuses to everybody."""
    note: str = ""

    def __post_init__(self) -> None:
        _dedent(self)


def _dedent(program: Program | Escape | Honest) -> None:
    object.__setattr__(program, "solution", _dedented(program.solution))
    object.__setattr__(program, "test", _dedented(program.test))


def _dedented(text: str) -> str:
    return textwrap.dedent(text).removeprefix("\n")
