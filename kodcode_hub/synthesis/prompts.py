"""Prompts from templates. Templates are files beside the builders; a user's own builder may bring its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING

from kodcode_hub.errors import UsageError
from kodcode_hub.record import Seed
from kodcode_hub.synthesis.chat_templates import ChatTemplate

if TYPE_CHECKING:
    from jinja2 import Environment


class Templates:
    """The templates of one builder: its own folder first, then the shared ones.

    Values are inserted as they are: a template language inside a seed or a question stays text.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        return Environment(
            loader=FileSystemLoader(self._folders),
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            autoescape=False,  # prompts are plain text
            auto_reload=False,  # one build asks by one text
        )

    def question(self, name: str, *, seeds: Sequence[Seed], opening: str) -> str:
        """The prompt that asks for a question."""
        return self._render(name, seeds=list(seeds), opening=opening)

    def begun_turn(self, name: str, *, opening: str, chat_template: ChatTemplate) -> str:
        """The raw prompt that a completion goes on with, down to the last word of ``opening``."""
        return self._render(name, seeds=[], opening=opening, user_turn=chat_template.user_turn)

    def begins_turn(self, name: str, *, opening: str) -> bool:
        """Whether a raw prompt begins the user's turn by a chat template; one that brings its own marks does not."""
        turns = _CountedTurns()
        self._render(name, seeds=[], opening=opening, user_turn=turns)
        return turns.asked > 0

    def answer(self, question: str) -> str:
        """The prompt that asks for a solution with tests."""
        return self._render("answer.md", question=question)

    def restyle(self, question: str, solution: str, test: str) -> str:
        """The prompt that asks for the completion-style twin."""
        return self._render("restyle.md", question=question, solution=solution, test=test)

    def respond(self, question: str, interface: Sequence[str]) -> str:
        """The prompt for a reasoning model; ``interface`` are the declarations that its code must have."""
        return self._render("respond.md", question=question, interface=list(interface))

    def annotate(self, name: str, question: str) -> str:
        """The prompt that asks an annotator what it thinks of a question."""
        return self._render(name, question=question)

    def try_all(self, *, annotation: str | None) -> None:
        """Fill in every template that comes behind the question, so that a broken one shows before its stage begins.

        Args:
            annotation: the annotator's template, where there is one.

        Raises:
            UsageError: one is missing or broken; names file and line.
        """
        self.answer("question")
        self.restyle("question", "solution", "test")
        for interface in ([], ["def f() -> int:"]):
            self.respond("question", interface)
        if annotation is not None:
            self.annotate(annotation, "question")

    def _render(self, name: str, **values: object) -> str:
        from jinja2 import TemplateNotFound

        try:
            return self._environment.get_template(name).render(values)
        except TemplateNotFound as error:
            looked = ", ".join(map(str, self._folders))
            raise UsageError(
                f"template {error.name} does not exist; it was looked for in {looked}: put it beside the builder file"
            ) from error
        except Exception as error:  # a user's template may do anything
            raise UsageError(
                f"template {self._place_of(name, error)}: {type(error).__name__}: {error}; correct the template"
            ) from error

    def _place_of(self, name: str, error: Exception) -> str:
        """File and line of a template's error, as far as they are known."""
        from jinja2 import TemplateSyntaxError

        path = next((str(folder / name) for folder in self._folders if (folder / name).is_file()), name)
        if isinstance(error, TemplateSyntaxError):
            return f"{error.filename or path}, line {error.lineno}"
        frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
        inside = [(file, line) for file, line in frames if Path(file).parent in self._folders]
        return "{}, line {}".format(*inside[-1]) if inside else path


@dataclass
class _CountedTurns:
    """Stands in for a chat template, to see whether one is asked for."""

    asked: int = 0

    def __call__(self, system: str = "") -> str:
        self.asked += 1
        return ""
