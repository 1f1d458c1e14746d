"""What the pages say is what the program has: links, options, columns, fields, routes, limits."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import get_args

import pytest
import typer

from kodcode_hub.cli.app import make_app
from kodcode_hub.endpoints.embedded.recordings import STEPS
from kodcode_hub.endpoints.embedded.routes import GENERATING_ROUTES
from kodcode_hub.endpoints.retry import RetryPolicy
from kodcode_hub.pipeline.recipe import (
    ANNOTATE_SAMPLING,
    ANSWER_SAMPLING,
    RESPOND_SAMPLING,
    RESTYLE_SAMPLING,
    Recipe,
)
from kodcode_hub.pipeline.run_folder import open_run_folder
from kodcode_hub.pipeline.status import run_status
from kodcode_hub.record import VerdictName
from kodcode_hub.schema import COLUMNS, SFT_COLUMNS, column_table
from kodcode_hub.subsets import SubsetSpec, all_subsets
from tests.docs.examples import PAGES, ROOT

OTHER_PAGES = [ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md"]
OPTION = r"(?<![\w-])--[a-z][a-z-]+"


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def table(text: str, header: str) -> list[list[str]]:
    """The cells of the table whose first line begins with ``header``."""
    lines = text.splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith(header))
    body = lines[start + 2 :]
    end = next((index for index, line in enumerate(body) if not line.startswith("|")), len(body))
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in body[:end]]


def code_in(cell: str) -> tuple[str, ...]:
    """What stands between backticks."""
    return tuple(re.findall(r"`([^`]+)`", cell))


def options_of_commands() -> dict[str, set[str]]:
    """By command, the long options; the program's own stand under the empty name."""
    program = typer.main.get_command(make_app())
    commands = {"": program, **getattr(program, "commands", {})}
    for name in list(commands):
        parts = getattr(commands[name], "commands", {}) if name else {}
        commands |= {f"{name} {part}": command for part, command in parts.items()}
    return {
        name: {text for option in command.params for text in (*option.opts, *option.secondary_opts) if text[:2] == "--"}
        for name, command in commands.items()
    }


@pytest.mark.parametrize("page", [*PAGES, *OTHER_PAGES], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in anchors(linked), f"{page.name}: {target}"


def anchors(page: Path) -> set[str]:
    """The names under which GitHub reaches a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_linked_from_the_readme() -> None:
    readme = PAGES[0].read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"(docs/{page.name})" not in readme] == []


def test_every_option_is_documented_and_no_other_is_named() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert set(re.findall(OPTION, text)) == set().union(*options_of_commands().values())


def test_a_command_is_shown_with_options_of_its_own_alone() -> None:
    existing = options_of_commands()
    for page in PAGES:
        for words in re.findall(r"^\$ kodcode (.*)$|`kodcode ([^`]*)`", page.read_text(encoding="utf-8"), re.MULTILINE):
            line = "".join(words)
            first, *others = line.split()
            name = f"{first} {others[0]}" if others and f"{first} {others[0]}" in existing else first
            name = "" if line.startswith("-") else name
            assert set(re.findall(OPTION, line)) <= existing[name], f"{page.name}: kodcode {line}"


def test_the_options_of_build_are_listed_with_their_defaults() -> None:
    rows = table(read("runs.md"), "| option | default |")
    named = {option for cells in rows for cell in (cells[0], cells[2]) for option in re.findall(OPTION, cell)}
    assert named == options_of_commands()["build"]
    recipe = Recipe()
    defaults = {re.findall(OPTION, cells[0])[0]: cells[1] for cells in rows}
    for option in ("--questions", "--attempts", "--first-attempts", "--responses", "--seed"):
        assert defaults[option] == str(getattr(recipe, option[2:].replace("-", "_")))
    assert defaults["--timeout"] == f"{recipe.timeout_s:g}"
    assert (defaults["--restyle"] == "on") is recipe.restyle


def test_the_columns_are_those_of_the_schema() -> None:
    text = read("release.md")
    assert column_table(COLUMNS) in text
    assert column_table(SFT_COLUMNS) in text


def test_the_fields_of_seeds_are_those_of_the_builders() -> None:
    documented = [
        (code_in(name)[0], int(seeds), code_in(columns), code_in(endings))
        for name, seeds, columns, endings in table(read("seeds.md"), "| subset | seeds a prompt |")
    ]
    assert documented == [
        (spec.name, spec.seeds_per_prompt, spec.seed_fields, spec.seed_suffixes) for spec in all_subsets()
    ]


def test_every_field_of_a_subset_spec_is_explained() -> None:
    rows = {code_in(cells[0])[0]: cells[1] for cells in table(read("builders.md"), "| field | default |")}
    assert rows.keys() == {field.name for field in fields(SubsetSpec)}
    for field in fields(SubsetSpec):
        if field.default is MISSING:
            assert rows[field.name] == ""


def test_every_verdict_is_explained() -> None:
    rows = table(read("pipeline.md"), "| verdict |")
    assert [code_in(cells[0])[0] for cells in rows] == list(get_args(VerdictName))


def test_the_limits_of_requests_are_those_of_the_code() -> None:
    rows = {cells[0]: cells[1:] for cells in table(read("endpoints.md"), "| step | tokens at most |")}
    for name, sampling in (
        ("annotation", ANNOTATE_SAMPLING),
        ("solution and tests", ANSWER_SAMPLING),
        ("completion style", RESTYLE_SAMPLING),
        ("response", RESPOND_SAMPLING),
    ):
        assert rows[name] == [str(sampling.max_new_tokens), str(sampling.temperature)]
    questions = {(str(spec.sampling.max_new_tokens), str(spec.sampling.temperature)) for spec in all_subsets()}
    assert {number for pair in questions for number in pair} == set(re.findall(r"[\d.]+", " ".join(rows["question"])))


def test_the_patience_with_servers_is_that_of_the_code() -> None:
    policy, text = RetryPolicy(), read("endpoints.md")
    for said in (
        f"after {policy.busy_s / 60:g} minutes",
        f"{policy.attempts} times in all",
        f"asked again for {policy.unreachable_s:g} s ({policy.opening_s:g} s at the start)",
        f"up to {policy.max_wait_s:g} s",
    ):
        assert said in text
    assert policy.first_wait_s == 0.1, "the page says a tenth of a second"


def test_the_routes_and_steps_of_the_embedded_server_are_named() -> None:
    text = read("endpoints.md")
    assert [route.path for route in GENERATING_ROUTES if f"`{route.path}`" not in text] == []
    assert [step for step in STEPS if f"`{step}`" not in text] == []


def test_every_field_of_status_is_explained(tmp_path: Path) -> None:
    with open_run_folder(tmp_path):
        pass
    explained = {name for cells in table(read("runs.md"), "| field | meaning |") for name in code_in(cells[0])}
    assert explained == run_status(tmp_path).keys()


def test_every_table_and_column_of_the_ledger_is_named(tmp_path: Path) -> None:
    with open_run_folder(tmp_path) as run:
        tables = [name for (name,) in run.ledger.reader.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        columns = {name: [row[1] for row in run.ledger.reader.execute(f"PRAGMA table_info({name})")] for name in tables}
    rows = table(read("runs.md"), "| table | columns |")
    documented = {code_in(name)[0]: re.sub(r"\([^)]*\)|:.*", "", listed) for name, listed in rows}
    assert {name: list(code_in(listed)) for name, listed in documented.items()} == columns
