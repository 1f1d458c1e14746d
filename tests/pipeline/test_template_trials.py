"""A broken template of the user's own is found before anything is asked, with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kodcode_hub.errors import UsageError
from kodcode_hub.pipeline.recipe import Recipe
from kodcode_hub.pipeline.sources import load_sources

BUILDER = """
from kodcode_hub.subsets import AnnotationRule, SubsetSpec

SUBSET = SubsetSpec(
    name="mine",
    source="mine",
    template="mine.md",
    annotation=AnnotationRule(template="tag.md", categories=("a",), qualities=("good",)),
)
"""
BROKEN = {
    "a name that does not exist": ("first\n{{ qestion }}\n", "line 2: UndefinedError: 'qestion' is undefined"),
    "syntax": ("first\n\n{% if question %}\n", "line 3: TemplateSyntaxError"),
    "an operation that fails": ("{{ question + 1 }}\n", "line 1: TypeError"),
    "another encoding": (b"caf\xe9 {{ question }}\n", "UnicodeDecodeError"),
}


def load(folder: Path, **templates: str | bytes) -> None:
    (folder / "mine.py").write_text(BUILDER)
    for name, text in {"mine": "Ask.\n", "tag": "Tag {{ question }}\n", **templates}.items():
        (folder / f"{name}.md").write_bytes(text.encode() if isinstance(text, str) else text)
    load_sources(Recipe((str(folder / "mine.py"),), questions=2))


def test_templates_that_can_be_filled_in_are_taken(tmp_path: Path) -> None:
    load(tmp_path)


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("name", ["mine", "tag", "answer", "restyle", "respond"])
def test_a_broken_template_of_any_stage_is_named_with_its_line(
    tmp_path: Path, name: str, text: str | bytes, says: str
) -> None:
    if name == "mine":
        text = text.replace(b"question", b"opening") if isinstance(text, bytes) else text.replace("question", "opening")
    elif name == "restyle":
        text = text.replace(b"question", b"test") if isinstance(text, bytes) else text.replace("question", "test")
    with pytest.raises(UsageError) as refused:
        load(tmp_path, **{name: text})
    assert f"template {tmp_path / name}.md" in str(refused.value)
    assert says in str(refused.value)


def test_a_template_that_is_not_there_is_named_with_where_it_was_looked_for(tmp_path: Path) -> None:
    load(tmp_path)
    (tmp_path / "tag.md").unlink()
    with pytest.raises(
        UsageError, match=rf"template tag\.md does not exist; it was looked for in {tmp_path}.*builders"
    ):
        load_sources(Recipe((str(tmp_path / "mine.py"),)))


def test_the_line_of_a_template_that_another_one_includes_is_that_of_the_included(tmp_path: Path) -> None:
    (tmp_path / "part.md").write_text("one\ntwo\n{{ nothing }}\n")
    with pytest.raises(UsageError, match=rf"template {tmp_path}/part\.md, line 3"):
        load(tmp_path, answer="{{ question }} {% include 'part.md' %}")


def test_branches_for_solutions_with_and_without_declarations_are_both_tried(tmp_path: Path) -> None:
    for condition in ("interface", "not interface"):
        with pytest.raises(UsageError, match=r"respond\.md, line 2"):
            load(tmp_path, respond=f"{{{{ question }}}}\n{{% if {condition} %}}{{{{ gone }}}}{{% endif %}}")
        (tmp_path / "respond.md").unlink()
