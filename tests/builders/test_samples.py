"""The sample seeds and recordings fit together, and hold every kind of reply that the stages have to deal with."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from kodcode_hub.endpoints.embedded.recordings import load_recordings
from kodcode_hub.record import Question, Rejected
from kodcode_hub.resources import samples_folder
from kodcode_hub.subsets import SUBSET_NAMES, load_subset
from kodcode_hub.synthesis.annotation import judge_annotation
from kodcode_hub.synthesis.question import parse_question
from tests.builders.recorded import Entry, all_entries, entries, json_rows, seeds
from tests.builders.shown import SEEDED, question_prompt, templates
from tests.making import a_completion, a_prompt, a_question

RECORDINGS = samples_folder() / "recordings"
BENCHMARK = samples_folder() / "benchmarks" / "toybench.jsonl"


def parsed(entry: Entry) -> list[Question | Rejected]:
    """What the replies of a question entry come to."""
    spec = load_subset(entry.subset)
    prompt = a_prompt(subset=entry.subset)
    return [parse_question(prompt, a_completion(text), spec=spec, teacher="m") for text in entry.completions]


def questions(subset: str) -> list[str]:
    """The texts of the questions that a subset's recordings hold, repetitions included."""
    made = [made for entry in entries(subset) if entry.step == "question" for made in parsed(entry)]
    return [question.text for question in made if isinstance(question, Question)]


def shingles(text: str) -> set[str]:
    words = re.findall(r"[a-z0-9_]+", text.lower())
    return {" ".join(words[start : start + 5]) for start in range(len(words) - 4)}


def similarity(a: str, b: str) -> float:
    first, second = shingles(a), shingles(b)
    return len(first & second) / len(first | second)


def test_every_line_of_the_recordings_is_a_replay_entry() -> None:
    files = [RECORDINGS / f"{name}.jsonl" for name in SUBSET_NAMES]
    recordings = load_recordings(files)
    assert len(recordings) == sum(len(entries(name)) for name in SUBSET_NAMES)
    assert {path.name for path in RECORDINGS.iterdir()} == {path.name for path in files}
    assert all(entry.subset == name for name in SUBSET_NAMES for entry in entries(name))


@pytest.mark.parametrize("name", SEEDED)
def test_every_subset_with_seeds_brings_some(name: str) -> None:
    assert len(seeds(name)) == (6 if name == "leetcode" else 4)
    assert {(seed.licence, seed.origin) for seed in seeds(name)} == {("CC0-1.0", "kodcode_hub sample")}


@pytest.mark.parametrize("name", ["algorithm", "data_structure"])
def test_the_snippets_are_programs_with_category_and_name(name: str) -> None:
    for seed in seeds(name):
        compile(seed.text, seed.id, "exec")
        assert seed.field("category")
        assert seed.field("file_name")


@pytest.mark.parametrize("name", SEEDED)
def test_every_seed_has_a_reply_that_its_prompt_finds(name: str) -> None:
    recordings = load_recordings([RECORDINGS / f"{subset}.jsonl" for subset in SUBSET_NAMES])
    asked = [entry for entry in entries(name) if entry.step == "question"]
    for seed in seeds(name):
        (entry,) = (entry for entry in asked if all(text in seed.text for text in entry.contains))
        prompt = question_prompt(name, seed.text, fields=seed.fields)
        assert recordings.reply(route="chat", prompt=prompt, seed=0) == entry.completions[0]


@pytest.mark.parametrize("name", ["prefill", "filter"])
def test_a_begun_turn_is_continued_in_five_ways_and_by_raw_completion_alone(name: str) -> None:
    recordings = load_recordings([RECORDINGS / f"{subset}.jsonl" for subset in SUBSET_NAMES])
    (entry,) = (entry for entry in entries(name) if entry.step == "question")
    found = [recordings.reply(route="raw", prompt=question_prompt(name), seed=seed) for seed in range(5)]
    assert tuple(found) == entry.completions
    assert recordings.reply(route="chat", prompt=question_prompt(name), seed=0) is None


@pytest.mark.parametrize("name", SUBSET_NAMES)
def test_every_question_finds_answers_a_completion_task_and_responses(name: str) -> None:
    recordings = load_recordings([RECORDINGS / f"{subset}.jsonl" for subset in SUBSET_NAMES])
    texts = {step: {e.contains[0]: e for e in entries(name) if e.step == step} for step in ("answer", "complete")}
    wanted = [text for text in questions(name) if not never_answered(text)]
    assert len(set(wanted)) >= 2
    for text in wanted:
        answers = texts["answer"][text]
        assert recordings.reply(route="chat", prompt=templates().answer(text), seed=0) == answers.completions[0]
        if text not in texts["complete"]:
            continue
        twin = texts["complete"][text]
        prompt = templates().restyle(text, "the solution", "the test")
        assert recordings.reply(route="chat", prompt=prompt, seed=0) == twin.completions[0]
        response = recordings.reply(route="chat", prompt=templates().respond(text, []), seed=0)
        assert response is not None
        assert response.startswith("<think>")


def never_answered(text: str) -> bool:
    """Of the Filter questions two are not kept, and so are not asked on."""
    rule = load_subset("filter").annotation
    assert rule is not None
    tags = [entry for entry in entries("filter") if entry.step == "tag" and entry.contains[0] == text]
    return any(
        isinstance(judge_annotation(a_question(text), a_completion(tag.completions[0]), rule=rule), Rejected)
        for tag in tags
    )


def test_every_filter_question_is_tagged_and_two_are_turned_down() -> None:
    recordings = load_recordings([RECORDINGS / "filter.jsonl"])
    rule = load_subset("filter").annotation
    assert rule is not None
    reasons = []
    for text in questions("filter"):
        tag = recordings.reply(route="chat", prompt=templates().annotate("annotate.md", text), seed=7)
        judged = judge_annotation(a_question(text), a_completion(tag), rule=rule)
        reasons.append(judged.reason if isinstance(judged, Rejected) else "kept")
    assert Counter(reasons) == {"kept": 3, "low_quality": 1, "off_category": 1}


def test_every_way_in_which_a_question_can_fail_occurs() -> None:
    made = [made for entry in all_entries("question") for made in parsed(entry)]
    reasons = Counter(question.reason for question in made if isinstance(question, Rejected))
    assert reasons == {"empty": 1, "truncated": 1, "refused": 1, "bad_document": 1}


def test_an_exact_and_a_near_duplicate_occur() -> None:
    repeated = [text for text, times in Counter(questions("prefill")).items() if times > 1]
    assert len(repeated) == 1
    texts = questions("codeforces")
    near = [(a, b) for i, a in enumerate(texts) for b in texts[:i] if 0.85 <= similarity(a, b) < 1]
    assert len(near) == 1


def test_otherwise_no_two_questions_are_alike() -> None:
    texts = sorted({text for name in SUBSET_NAMES for text in questions(name)})
    alike = [(a, b) for i, a in enumerate(texts) for b in texts[:i] if similarity(a, b) > 0.2]
    assert len(alike) == 1


def test_one_question_nearly_copies_one_item_of_the_benchmark() -> None:
    items = {row["id"]: row["text"] for row in json_rows(BENCHMARK)}
    assert len(items) == 6
    texts = {text for name in SUBSET_NAMES for text in questions(name)}
    scores = sorted(similarity(text, item) for text in texts for item in items.values())
    assert 0.9 < scores[-1] < 1
    assert scores[-2] < 0.1


def test_the_sample_files_are_plain_utf8_with_one_object_a_line() -> None:
    for path in sorted(Path(samples_folder()).rglob("*.jsonl")):
        assert path.read_bytes().endswith(b"}\n")
        assert all(isinstance(row, dict) for row in json_rows(path))
