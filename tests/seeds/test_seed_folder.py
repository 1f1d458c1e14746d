"""Folders of snippets and of documentation as seeds."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.errors import InputError
from kodcode_hub.pipeline.seed_folder import LARGEST_FILE, notebook_text
from kodcode_hub.pipeline.seed_sources import load_seeds
from kodcode_hub.record import Seed
from kodcode_hub.subsets import SubsetSpec
from kodcode_hub.synthesis.seeds import seed_id

SNIPPETS = SubsetSpec(
    "algorithm", "a test", "t.jinja", seeds_per_prompt=1, seed_fields=("codes",), seed_suffixes=(".py",), licence="MIT"
)
PAGES = SubsetSpec(
    "docs",
    "a test",
    "t.jinja",
    seeds_per_prompt=1,
    seed_fields=("content",),
    seed_suffixes=(".rst", ".md", ".txt", ".ipynb"),
)


def a_folder(root: Path, **files: str | bytes) -> Path:
    """Files by their path, in which ``__`` stands for a slash and the last ``_`` for the dot."""
    for name, content in files.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        write(root / f"{stem}.{suffix}", content)
    return root


def write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def a_notebook(*cells: tuple[str, str | list[str]], **metadata: Any) -> str:
    made = [{"cell_type": kind, "source": source, "outputs": ["ignored"]} for kind, source in cells]
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4})


def test_a_folder_of_snippets_gives_a_seed_a_file_in_order_of_paths(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path / "all", sorts__quick_py="def q(): ...\r\n", graphs__deep__bfs_py="bfs = 1\n", top_py="t = 1"
    )
    seeds = load_seeds(SNIPPETS, str(folder))
    assert [(seed.text, seed.field("category"), seed.field("file_name")) for seed in seeds] == [
        ("bfs = 1\n", "deep", "bfs"),
        ("def q(): ...\r\n", "sorts", "quick"),
        ("t = 1", "all", "top"),
    ]
    assert [seed.field("source_name") for seed in seeds] == ["graphs", "sorts", "all"]
    assert {seed.licence for seed in seeds} == {"MIT"}


def test_a_snippets_id_is_that_of_its_text_wherever_it_lies(tmp_path: Path) -> None:
    """Defect 50."""
    ids = [load_seeds(SNIPPETS, str(a_folder(tmp_path / name, **{f"{name}_py": "x = 1"})))[0].id for name in ("a", "b")]
    assert ids[0] == ids[1]


def test_what_makes_no_seed_is_left_out_and_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = a_folder(tmp_path, a__good_py="x = 1", a__empty_py=" \n", a__latin_py=b"# \xff", note_txt="not a snippet")
    write(folder / "a" / "__init__.py", "from .good import x")
    write(folder / "a" / ".hidden.py", "x = 2")
    write(folder / ".git" / "hook.py", "x = 3")
    write(folder / "__pycache__" / "good.py", "x = 4")
    write(folder / "huge.py", "#" * (LARGEST_FILE + 1))
    with caplog.at_level(logging.WARNING):
        assert [seed.text for seed in load_seeds(SNIPPETS, str(folder))] == ["x = 1"]
    notice = f"left out 4 files (1 __init__.py, 1 empty, 1 larger than {LARGEST_FILE:,} bytes, 1 not UTF-8)"
    assert [notice in message for message in caplog.messages] == [True]


def test_copies_of_a_file_are_one_seed(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, b__one_py="x = 1", a__two_py="x = 1")
    assert [seed.field("file_name") for seed in load_seeds(SNIPPETS, str(folder))] == ["two"]


def test_a_folder_of_documentation_gives_a_seed_a_page(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path,
        flask__quick_rst="Quick\n=====\n",
        flask__api__app_md="# App",
        torch__notes_txt="\ufeffnotes",
        torch__tour_ipynb=a_notebook(("markdown", "# Tour"), ("code", "1 + 1")),
        torch__broken_ipynb="{",
        torch__code_py="ignored = True",
    )
    seeds = load_seeds(PAGES, str(folder))
    assert [(seed.text, seed.field("source_name"), seed.field("file_name")) for seed in seeds] == [
        ("# App", "flask", "app"),
        ("Quick\n=====\n", "flask", "quick"),
        ("notes", "torch", "notes"),
        ("# Tour\n\n```python\n1 + 1\n```", "torch", "tour"),
    ]


def test_a_notebook_becomes_its_cells_in_order_with_code_fenced() -> None:
    cells = [
        ("markdown", ["# A\n", "text"]),
        ("code", ["x = 1\n", "x"]),
        ("raw", "raw"),
        ("code", ""),
        ("code", "'```'"),
    ]
    text = notebook_text(a_notebook(*cells, language_info={"name": "julia"}))  # type: ignore[arg-type]
    assert text == "# A\ntext\n\n```julia\nx = 1\nx\n```\n\n````julia\n'```'\n````"


@pytest.mark.parametrize("content", ["[]", "{}", '{"cells": 1}', "", '{"worksheets": []}'])
def test_what_is_not_a_notebook_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match=r"no cells|Expecting value"):
        notebook_text(content)


def test_a_folder_without_a_usable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no seeds for algorithm: of files \.py there are none"):
        load_seeds(SNIPPETS, str(tmp_path))
    write(tmp_path / "a.py", "")
    with pytest.raises(InputError, match=r"of files \.py all 1 are unusable"):
        load_seeds(SNIPPETS, str(tmp_path))


def test_a_subset_whose_seeds_are_rows_takes_no_folder(tmp_path: Path) -> None:
    spec = SubsetSpec("leetcode", "a test", "t.jinja", seeds_per_prompt=3, seed_fields=("description",))
    with pytest.raises(InputError, match=r"is a folder; the seeds of subset leetcode are read from one file of rows"):
        load_seeds(spec, str(tmp_path))


def test_links_that_lead_in_circles_or_nowhere_do_no_harm(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "all", good_py="x = 1")
    (folder / "circle").symlink_to(folder, target_is_directory=True)
    (folder / "dangling.py").symlink_to(folder / "gone.py")
    os.mkfifo(folder / "pipe.py")
    fields = (("category", "all"), ("file_name", "good"), ("source_name", "all"))
    assert load_seeds(SNIPPETS, str(folder)) == [Seed(seed_id("x = 1"), "x = 1", fields, "MIT")]
