"""Replay files: what they may hold, and which completion a prompt gets."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from kodcode_hub.endpoints.embedded.recordings import Recording, Recordings, load_recordings
from kodcode_hub.errors import InputError


def an_entry(**changes: Any) -> dict[str, Any]:
    """A row of a replay file."""
    return {"step": "answer", "contains": ["add two numbers"], "completions": ["one", "two", "three"], **changes}


def load_rows(tmp_path: Path, *rows: object) -> Recordings:
    """The recordings in a file of these rows."""
    file = tmp_path / "replay.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return load_recordings([file])


def test_completions_go_by_the_seed(tmp_path: Path) -> None:
    """Defect 18: samples of one prompt have seeds of their own and meet different completions."""
    recordings = load_rows(tmp_path, an_entry())
    replies = [recordings.reply(route="chat", prompt="Please add two numbers.", seed=seed) for seed in range(5, 9)]
    assert replies == ["three", "one", "two", "three"]


def test_no_entry_no_reply(tmp_path: Path) -> None:
    assert load_rows(tmp_path, an_entry()).reply(route="chat", prompt="something else", seed=0) is None


def test_all_texts_must_be_contained(tmp_path: Path) -> None:
    recordings = load_rows(tmp_path, an_entry(contains=["add two numbers", "<|Solution Begin|>"]))
    assert recordings.reply(route="chat", prompt="add two numbers", seed=0) is None
    assert recordings.reply(route="chat", prompt="<|Solution Begin|> add two numbers", seed=0) == "one"


def test_the_longest_texts_in_sum_win_then_the_earlier_entry(tmp_path: Path) -> None:
    recordings = load_rows(
        tmp_path,
        an_entry(contains=[], completions=["any"]),
        an_entry(contains=["add two numbers"], completions=["long"]),
        an_entry(contains=["add two", "numbers", "please"], completions=["longest in sum"]),
        an_entry(contains=["add two ", "numbers", "pleas"], completions=["as long, later"]),
    )
    assert len(recordings) == 4
    assert recordings.reply(route="chat", prompt="please add two numbers", seed=0) == "longest in sum"
    assert recordings.reply(route="chat", prompt="add two numbers", seed=0) == "long"
    assert recordings.reply(route="chat", prompt="else", seed=0) == "any"


def test_raw_entries_answer_raw_prompts_only_and_others_answer_both(tmp_path: Path) -> None:
    recordings = load_rows(
        tmp_path,
        an_entry(contains=[], completions=["raw"], route="raw"),
        an_entry(contains=["chat"], completions=["both"]),
        an_entry(contains=["chat too"], completions=["raw again"], route="raw"),
    )
    assert recordings.reply(route="raw", prompt="anything", seed=0) == "raw"
    assert recordings.reply(route="chat", prompt="anything", seed=0) is None
    assert recordings.reply(route="raw", prompt="a chat", seed=0) == "both"
    assert recordings.reply(route="raw", prompt="a chat too", seed=0) == "raw again"
    assert recordings.reply(route="chat", prompt="a chat too", seed=0) == "both"


def test_the_earlier_file_wins_between_files(tmp_path: Path) -> None:
    files = [tmp_path / "first.jsonl", tmp_path / "second.jsonl"]
    for file in files:
        file.write_text(json.dumps(an_entry(completions=[file.stem])) + "\n")
    assert load_recordings(files).reply(route="chat", prompt="add two numbers", seed=0) == "first"


def test_plain_gzip_and_zstd_files_hold_the_same(tmp_path: Path) -> None:
    content = (json.dumps(an_entry(subset="leetcode", id="7", route=None)) + "\n").encode()
    (tmp_path / "a.jsonl").write_bytes(content)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(content))
    with pa.CompressedOutputStream(str(tmp_path / "c.jsonl.zst"), "zstd") as stream:
        stream.write(content)
    for file in sorted(tmp_path.iterdir()):
        assert load_recordings([file]).reply(route="raw", prompt="add two numbers", seed=1) == "two"


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (an_entry(step="ask"), "'step' is 'ask'; it is one of question, answer, complete, respond, tag"),
        ({"contains": [], "completions": ["a"]}, "'step' is None"),
        (an_entry(step=["answer"]), "'step' is"),
        (an_entry(contains="text"), "'contains' is missing or not a list of texts"),
        (an_entry(contains=[1]), "'contains' is missing or not a list of texts"),
        ({"step": "answer", "completions": ["a"]}, "'contains' is missing or not a list of texts"),
        (an_entry(completions=[]), "'completions' is empty"),
        (an_entry(completions=[None]), "'completions' is missing or not a list of texts"),
        (an_entry(route="chat"), "'route' is 'chat'; it is 'raw', or left out"),
        (an_entry(completion=["a"]), "no 'completion'; it has completions, contains"),
        (["a list"], "not an object"),
        (an_entry(model=""), "'model' is ''"),
        (an_entry(model=7), "'model' is 7"),
        (an_entry(exact="yes"), "'exact' is 'yes'"),
        (an_entry(exact=True, contains=["one", "two"]), "where 'contains' is one whole prompt"),
        (an_entry(details=[{}]), "'details' is not a list as long as 'completions' (3)"),
        (an_entry(details=[{}, {}, None]), "'details[2]' is no object"),
        (an_entry(details=[{}, {"sed": 1}, {}]), "'details[1]': it has no 'sed'"),
        (an_entry(details=[{"seed": 1}, {"seed": 2}, {}]), "a seed for 2 of 3 completions"),
        (an_entry(details=[{"seed": 1}, {"seed": 2}, {"seed": 1}]), "name a seed twice"),
        (an_entry(details=[{"seed": -1}, {}, {}]), "'seed' is -1"),
        (an_entry(details=[{"seed": True}, {}, {}]), "'seed' is True"),
        (an_entry(details=[{}, {"finish": "eos"}, {}]), "'finish' is 'eos'; it is one of stop, length, other"),
        (an_entry(details=[{}, {}, {"prompt_tokens": 1.5}]), "'prompt_tokens' is 1.5"),
        (an_entry(details=[{}, {}, {"reasoning": 1}]), "'reasoning' is 1"),
        (an_entry(details=[{}, {}, {"text": "x"}]), "'text' is 'x'; it is null"),
        (an_entry(sampling=[]), "'sampling' is no object"),
        (an_entry(sampling={"temperature": "hot"}), "'temperature' is 'hot'"),
        (an_entry(sampling={"stop": "x"}), "'stop' is missing or not a list of texts"),
    ],
)
def test_a_wrong_entry_is_refused_with_file_and_row(tmp_path: Path, entry: object, why: str) -> None:
    with pytest.raises(InputError) as caught:
        load_rows(tmp_path, an_entry(), entry)
    assert "replay.jsonl, row 2" in str(caught.value)
    assert why in str(caught.value)


def test_malformed_json_is_refused_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "replay.jsonl"
    file.write_text(json.dumps(an_entry()) + "\n{broken\n")
    with pytest.raises(InputError, match=r"replay\.jsonl.* line 2"):
        load_recordings([file])


def test_a_wrong_value_of_a_megabyte_is_shown_shortened(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_rows(tmp_path, an_entry(step="x" * 10**6))
    assert len(str(caught.value)) < 1000


def test_texts_with_nul_and_lone_surrogates_are_found(tmp_path: Path) -> None:
    recordings = load_rows(tmp_path, an_entry(contains=["\ud800 and \0 in a longer text"], completions=["\udfff"]))
    assert recordings.reply(route="chat", prompt="x\ud800 and \0 in a longer texty", seed=0) == "\udfff"


def test_a_recording_knows_nothing_of_files() -> None:
    recordings = Recordings([Recording((), ("always",))])
    assert recordings.reply(route="chat", prompt="", seed=-1) == "always"


def test_a_seed_that_details_do_not_name_gets_nothing(tmp_path: Path) -> None:
    recordings = load_rows(tmp_path, an_entry(details=[{"seed": 7}, {"seed": 9}, {"seed": 12}]))
    replies = [recordings.reply(route="chat", prompt="add two numbers", seed=seed) for seed in range(7, 13)]
    assert replies == ["one", None, "two", None, None, "three"]


def test_entries_for_other_seeds_are_passed_over(tmp_path: Path) -> None:
    """Two exports of one prompt can be replayed together, and before a plain entry for everything else."""
    recordings = load_rows(
        tmp_path,
        an_entry(completions=["first"], details=[{"seed": 1}]),
        an_entry(completions=["second"], details=[{"seed": 2}]),
        an_entry(contains=[], completions=["any"]),
    )
    replies = [recordings.reply(route="chat", prompt="add two numbers", seed=seed) for seed in range(4)]
    assert replies == ["any", "first", "second", "any"]


def test_an_exact_entry_is_for_its_own_prompt_and_route(tmp_path: Path) -> None:
    recordings = load_rows(
        tmp_path,
        an_entry(completions=["raw"], exact=True, route="raw"),
        an_entry(completions=["chat"], exact=True),
        an_entry(contains=["please"], completions=["part"]),
    )
    assert recordings.reply(route="raw", prompt="add two numbers", seed=0) == "raw"
    assert recordings.reply(route="chat", prompt="add two numbers", seed=0) == "chat"
    assert recordings.reply(route="chat", prompt="add two numbers, please", seed=0) == "part"
    assert recordings.reply(route="chat", prompt="add two numbers!", seed=0) is None


def test_the_model_is_the_one_that_all_entries_name(tmp_path: Path) -> None:
    assert load_rows(tmp_path, an_entry(model="org/m"), an_entry(model="org/m")).model == "org/m"
    assert load_rows(tmp_path, an_entry(model="org/m"), an_entry()).model == "kodcode-replay"
    assert load_rows(tmp_path, an_entry()).model == "kodcode-replay"


def test_two_models_in_one_replay_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_rows(tmp_path, an_entry(model="org/a"), an_entry(), an_entry(model="org/b"))
    for part in ("row 3: the model is 'org/b'", "row 1 is 'org/a'", "--step STEP", "--model NAME", "--answer-endpoint"):
        assert part in str(caught.value)
