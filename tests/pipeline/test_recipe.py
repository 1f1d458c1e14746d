"""What a later start of the same run takes over, and what it may change."""

from __future__ import annotations

from pathlib import Path

import pytest

from kodcode_hub.errors import RunFolderError, UsageError
from kodcode_hub.pipeline.recipe import Recipe, merge_recipe, with_absolute_paths


def test_options_that_are_not_given_are_those_of_the_run() -> None:
    stored = Recipe(subsets=("leetcode",), questions=7, seeds=("a",)).as_json()
    again = merge_recipe(stored, {"subsets": ("algorithm", "leetcode"), "questions": None, "attempts": 4})
    assert again == Recipe(subsets=("leetcode", "algorithm"), questions=7, attempts=4, seeds=("a",))


def test_the_seed_of_a_run_is_fixed() -> None:
    stored = Recipe(seed=3).as_json()
    assert merge_recipe(stored, {"seed": 3}).seed == 3
    with pytest.raises(RunFolderError, match="--seed 3"):
        merge_recipe(stored, {"seed": 4})


def test_seeds_named_for_a_subset_replace_only_those_of_that_subset() -> None:
    stored = Recipe(subsets=("leetcode", "apps"), seeds=("/rows", "leetcode=/a.jsonl", "apps=/c.jsonl")).as_json()
    merged = merge_recipe(stored, {"seeds": ("leetcode=/b.jsonl",)})
    assert merged.seeds == ("/rows", "apps=/c.jsonl", "leetcode=/b.jsonl")


def test_a_path_alone_replaces_all_seeds_because_it_may_be_anyones() -> None:
    stored = Recipe(seeds=("/rows", "leetcode=/a.jsonl")).as_json()
    assert merge_recipe(stored, {"seeds": ("/new", "apps=/c.jsonl")}).seeds == ("/new", "apps=/c.jsonl")
    assert merge_recipe(stored, {"seeds": None}).seeds == ("/rows", "leetcode=/a.jsonl")


def test_an_equals_sign_inside_a_path_names_no_subset() -> None:
    stored = Recipe(seeds=("/t=1/a.jsonl", "leetcode=/t=1/b.jsonl")).as_json()
    assert merge_recipe(stored, {"seeds": ("leetcode=/t=2/c.jsonl",)}).seeds == (
        "/t=1/a.jsonl",
        "leetcode=/t=2/c.jsonl",
    )


def test_the_chat_template_is_remembered_and_must_be_a_known_one() -> None:
    stored = Recipe(chat_template="llama-3").as_json()
    assert merge_recipe(stored, {"chat_template": None}).chat_template == "llama-3"
    assert merge_recipe(stored, {"chat_template": "auto"}).chat_template == "auto"
    with pytest.raises(UsageError, match=r"--chat-template llama3: .*qwen2\.5.*llama-3.*gemma-2.*none"):
        merge_recipe(stored, {"chat_template": "llama3"})


def test_a_recipe_from_before_chat_templates_were_chosen_is_read() -> None:
    stored = Recipe(questions=7).as_json()
    del stored["chat_template"]
    assert merge_recipe(stored, {}) == Recipe(questions=7)


def test_settings_of_another_version_are_refused() -> None:
    with pytest.raises(RunFolderError, match="sparkle"):
        merge_recipe({**Recipe().as_json(), "sparkle": 1}, {})


@pytest.mark.parametrize(
    "bad", [{"questions": 0}, {"attempts": 0}, {"responses": -1}, {"timeout_s": 0.0}, {"duplicate_threshold": 1.5}]
)
def test_senseless_numbers_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Recipe(**bad)  # type: ignore[arg-type]


def test_the_rounds_are_three_attempts_and_then_the_rest() -> None:
    assert [list(part) for part in Recipe().rounds] == [[0, 1, 2], [3, 4, 5, 6, 7, 8, 9]]
    assert [list(part) for part in Recipe(attempts=2).rounds] == [[0, 1]]


def test_existing_paths_become_absolute_and_names_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("seeds.jsonl", "mine.py", "leetcode"):
        (tmp_path / name).write_text("")
    settled = with_absolute_paths(
        {"subsets": ("leetcode", "mine.py"), "seeds": ("leetcode=seeds.jsonl", "none.jsonl"), "questions": 3}
    )
    assert settled == {
        "subsets": ("leetcode", str(tmp_path / "mine.py")),
        "seeds": (f"leetcode={tmp_path / 'seeds.jsonl'}", "none.jsonl"),
        "questions": 3,
    }
