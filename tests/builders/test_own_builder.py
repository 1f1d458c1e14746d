"""A builder file of the user's own is used as the 12 are; a broken one is named with what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from kodcode_hub.errors import UsageError
from kodcode_hub.record import Seed
from kodcode_hub.subsets import load_subset
from kodcode_hub.synthesis.prompts import Templates
from kodcode_hub.synthesis.seeds import seeds_from_rows
from tests.builders.shown import folder_of

OWN = """
from kodcode_hub.subsets import SubsetSpec

SUBSET = SubsetSpec(
    name="recipes",
    source="recipes of our cook",
    template="recipes.md",
    seeds_per_prompt=2,
    seed_fields=("recipe",),
)
"""


def written(folder: Path, text: str, *, name: str = "mine.py") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_builder_file_of_the_users_own_brings_its_template_and_shares_the_others(tmp_path: Path) -> None:
    spec = load_subset(written(tmp_path, OWN))
    assert (spec.name, spec.seeds_per_prompt, spec.folder) == ("recipes", 2, tmp_path.resolve())
    (tmp_path / "templates").mkdir()
    written(tmp_path / "templates", "{% for seed in seeds %}[{{ seed.text }}]{% endfor %}\n", name="recipes.md")
    templates = Templates(folder_of(spec), folder_of(load_subset("apps")))
    seeds = seeds_from_rows([(1, {"recipe": "soup"}), (2, {"recipe": "cake"})], spec=spec, source="recipes.jsonl")
    assert templates.question(spec.template, seeds=seeds, opening="") == "[soup][cake]\n"
    assert "<|Solution Begin|>" in templates.answer("Question")


def test_a_template_of_the_users_own_goes_before_the_shared_one(tmp_path: Path) -> None:
    written(tmp_path, "Answer me: {{ question }}\n", name="answer.md")
    assert Templates(tmp_path, folder_of(load_subset("apps"))).answer("why") == "Answer me: why\n"


def test_a_builder_file_of_one_of_the_twelve_can_be_copied_and_changed(tmp_path: Path) -> None:
    folder = load_subset("codeforces").folder
    assert folder is not None
    source = (folder / "codeforces.py").read_text(encoding="utf-8")
    spec = load_subset(written(tmp_path, source.replace('name="codeforces"', 'name="contests"')))
    shared = folder_of(load_subset("codeforces"))
    prompt = Templates(folder_of(spec), shared).question(spec.template, seeds=[Seed("1", "a problem")], opening="")
    assert spec.name == "contests"
    assert "\na problem\n" in prompt


def test_an_unknown_subset_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UsageError, match=r"unknown subset 'leetcod'.*leetcode, codeforces"):
        load_subset("leetcod")


def test_a_builder_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.py does not exist"):
        load_subset(str(tmp_path / "nowhere.py"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SUBSET = (", "does not load: SyntaxError"),
        ("import no_such_module_anywhere", "does not load: ModuleNotFoundError"),
        ("raise RuntimeError('out of order')", "does not load: RuntimeError: out of order"),
        (OWN.replace("seeds_per_prompt", "seeds_a_prompt"), "does not load: TypeError.*seeds_a_prompt"),
        (OWN.replace('"recipes"', '"My Recipes"'), "subset name 'My Recipes'"),
        (OWN.replace('"recipes"', '"Recipes"'), "subset name 'Recipes'"),
        (OWN.replace('"recipes"', '"sft"'), "subset name 'sft': every release has a config of that name"),
        (OWN.replace('("recipe",)', "()"), "names no seed_fields"),
        (OWN.replace("source=", 'route="raw", source='), "a raw completion takes no seeds"),
        ("", "does not bind SUBSET"),
        ("SUBSET = {'name': 'recipes'}", "does not bind SUBSET"),
    ],
)
def test_a_broken_builder_file_is_refused_with_the_reason(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError, match=message) as refused:
        load_subset(path)
    assert path in str(refused.value)
