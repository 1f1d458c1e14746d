"""What the page is answered, over HTTP."""

from __future__ import annotations

import http.client
import io
import json
import urllib.parse
import urllib.request
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.browse.shelf import PALINDROME, shelf_rows, write_shelf
from tests.space.hosts import why_no_isolation
from tests.space.server import RunningSpace, started

ROWS = shelf_rows()
FIRST = ROWS[0]["question_id"]


def test_the_release_is_described(space: RunningSpace) -> None:
    status, about = space.get("release")
    assert status == 200
    assert (about["name"], about["version"], about["rows"]) == ("release", "1.0.0", 6)
    assert about["subsets"] == ["Algorithm", "Leetcode"]
    assert about["running"]["timeout_s"] == 10


def test_a_search_gives_rows_facets_and_what_was_understood(space: RunningSpace) -> None:
    status, answer = space.get("search?q=tree+-words&subset=leetcode")
    assert status == 200
    assert [row["question_id"] for row in answer["rows"]] == [ROWS[3]["question_id"]]
    assert answer["total"] == 1
    assert answer["understood"] == {"words": ["tree"], "phrases": [], "excluded": ["words"]}
    assert answer["facets"]["subset"] == {"Leetcode": 1}


def test_a_question_comes_whole_with_its_neighbours(space: RunningSpace) -> None:
    status, row = space.get(f"rows/{ROWS[4]['question_id']}?subset=leetcode&n=0")
    assert status == 200
    assert row["solution"] == ROWS[4]["solution"]
    assert row["position"] == {
        "n": 0, "total": 3, "previous": None, "next": {"id": ROWS[5]["question_id"], "n": 1},
    }  # fmt: skip
    assert [trial["verdict"] for trial in row["trials"]] == ["pass", "pass", "fail"]
    assert [trial["chosen"] for trial in row["trials"]] == [True, False, False]
    assert ["Passed", "2 of 3 attempts"] in row["facts"]


def test_neighbours_of_the_middle_row(space: RunningSpace) -> None:
    position = space.get(f"rows/{ROWS[5]['question_id']}?subset=leetcode&n=1")[1]["position"]
    assert position["previous"] == {"id": ROWS[4]["question_id"], "n": 0}
    assert position["next"] == {"id": ROWS[3]["question_id"], "n": 2}


def test_a_position_at_which_the_row_does_not_stand_is_none(space: RunningSpace) -> None:
    assert space.get(f"rows/{FIRST}?subset=leetcode&n=0")[1]["position"] is None
    assert space.get(f"rows/{FIRST}?n=999999")[1]["position"] is None
    assert space.get(f"rows/{FIRST}?n=x")[1]["position"] is None
    assert space.get(f"rows/{FIRST}")[1]["position"] is None


def test_siblings_stub_and_lines_come_with_the_question(space: RunningSpace) -> None:
    row = space.get(f"rows/{FIRST}")[1]
    assert [sibling["question_id"] for sibling in row["siblings"]] == [ROWS[1]["question_id"]]
    assert row["stub"].startswith("def ")
    assert len(row["solution_lines"]) == PALINDROME.count("\n")
    assert "<h3" in row["question_html"]


def test_a_failing_trial_is_compared_with_the_chosen_one(space: RunningSpace) -> None:
    status, trial = space.get(f"rows/{ROWS[4]['question_id']}/trials/trial_2")
    assert status == 200
    assert trial["verdict"] == "fail"
    assert {row["kind"] for row in trial["solution_diff"]} >= {"removed"}
    assert all(row["kind"] in ("same", "gap") for row in trial["test_diff"])


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("search?subset=None", 400, "no subset 'None'; there are Algorithm, Leetcode"),
        ("search?colour=red", 400, "no filter 'colour'"),
        ("search?p=0", 400, "no page"),
        ("search?sort=beauty", 400, "no order"),
        (f"search?q={'x' * 1001}", 400, "1001 characters"),
        ("rows/nothing", 404, "no row has the question_id 'nothing'"),
        (f"rows/{FIRST}/trials/nothing", 404, "has no trial 'nothing'; it has trial_0"),
        ("random?q=nowhere", 404, "no question passes"),
        ("download?format=exe", 400, "format='exe' is none"),
        ("revisions/v0.0.1", 400, "no revision 'v0.0.1' to compare with; there are none"),
        ("rows/..%2F..%2Fetc%2Fpasswd", 404, ""),
    ],
)
def test_a_visitors_mistake_is_a_sentence(space: RunningSpace, path: str, status: int, words: str) -> None:
    found, answer = space.get(path)
    assert found == status
    assert words in json.dumps(answer, ensure_ascii=False)
    assert "Traceback" not in space.log.read_text()


def test_a_selection_is_downloaded_as_either_file(space: RunningSpace) -> None:
    with urllib.request.urlopen(f"{space.url}app/download?format=jsonl&subset=algorithm") as answer:
        lines = [json.loads(line) for line in answer]
    assert [line["question_id"] for line in lines] == [row["question_id"] for row in ROWS[:3]]
    with urllib.request.urlopen(f"{space.url}app/download?format=parquet&q=median") as answer:
        assert "filename=kodcode-selection.parquet" in answer.headers["content-disposition"]
        table = pq.read_table(io.BytesIO(answer.read()))
    assert table["question_id"].to_pylist() == [ROWS[2]["question_id"]]


def test_figures_code_and_random_rows_follow_the_selection(space: RunningSpace) -> None:
    assert space.get("statistics?difficulty=hard")[1]["total"] == 1
    assert "'leetcode'" in space.get("code?subset=leetcode")[1]["code"]
    assert space.get("random?difficulty=hard")[1] == {"question_id": ROWS[3]["question_id"], "n": 0}


def test_a_pasted_text_finds_its_row(space: RunningSpace) -> None:
    status, [answer] = space.post("check", {"text": ROWS[2]["question"]})
    assert status == 200
    assert answer["rows"][0]["question_id"] == ROWS[2]["question_id"]
    assert (answer["verdict"], answer["items"], answer["benchmarks"]) == (None, [], [])


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"text": 5}', b'{"text": ""}', b"x" * 1_000_001])
def test_bodies_that_are_none_are_refused(space: RunningSpace, body: bytes) -> None:
    status, [answer] = space.post("check", body)
    assert status == 400
    assert answer["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://127.0.0.1/", "/theme.css",
        "/assets/..%2F..%2Fapp.py", "/assets/../app.py", "/assets/app.py", "/static/x", "/docs", "/openapi.json",
        "/gradio_api/component_server", "/monitoring", "/gradio_api/stream/x/y/z", "/svelte/x", "//etc/passwd",
        "/gradio_api/deep_link", "/gradio_api/vibe-code/", "/gradio_api/runs",
    ],
)  # fmt: skip
def test_nothing_but_the_catalogue_is_served(space: RunningSpace, path: str) -> None:
    address = urllib.parse.urlsplit(space.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port)
    for method in ("GET", "POST"):
        connection.request(method, path)
        answer = connection.getresponse()
        assert answer.status in (404, 405)
        assert b"root:" not in answer.read()
    connection.close()


@pytest.mark.parametrize(
    "path", ["", "assets/main.js", "app/release", "app/rows/nothing", "gradio_api/info", "nothing"]
)
def test_every_answer_forbids_what_is_not_needed(space: RunningSpace, path: str) -> None:
    address = urllib.parse.urlsplit(space.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port)
    connection.request("GET", f"/{path}")
    answer = connection.getresponse()
    answer.read()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; ")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    connection.close()


@pytest.mark.skipif(bool(why_no_isolation()), reason="nothing can be isolated here")
def test_a_run_is_told_from_its_start_to_its_verdict(space: RunningSpace) -> None:
    status, events = space.post("runs", {"question_id": FIRST, "solution": PALINDROME})
    assert status == 200
    assert [event["state"] for event in events if event["state"] != "queued"] == ["running", "done"]
    assert events[-1]["outcome"] == "passed"
    assert events[-1]["summary"].startswith("All 3 tests passed in ")
    assert [test["name"] for test in events[-1]["record"]["tests"]] == [
        "test_a_word",
        "test_another_word",
        "test_no_letters",
    ]


@pytest.mark.skipif(bool(why_no_isolation()), reason="nothing can be isolated here")
def test_a_wrong_solution_shows_the_values_that_it_gave(space: RunningSpace) -> None:
    wrong = PALINDROME.replace("return letters ==", "return letters !=")
    done = space.post("runs", {"question_id": FIRST, "solution": wrong})[1][-1]
    assert done["outcome"] == "failed"
    messages = {test["name"]: test["message"] for test in done["record"]["tests"] if test["outcome"] == "failed"}
    assert 'False = is_palindrome("Racecar")' in messages["test_a_word"]


def test_a_run_for_a_row_that_is_not_there_is_refused(space: RunningSpace) -> None:
    status, [answer] = space.post("runs", {"question_id": "nothing", "solution": "x = 1"})
    assert status == 404
    assert "nothing" in answer["error"]


def test_another_revision_is_compared(tmp_path: Path) -> None:
    write_shelf(tmp_path / "old", ROWS[:5])
    changed = [ROWS[0] | {"question": "Another question."}, *ROWS[1:]]
    write_shelf(tmp_path / "new", changed, version="1.1.0")
    old = str(tmp_path / "old")
    with started([str(tmp_path / "new"), "--compare", old], tmp_path) as space:
        assert space.get("release")[1]["revisions"] == [old]
        status, diff = space.get(f"revisions/{urllib.parse.quote(old, safe='')}")
    assert status == 200
    assert diff["rows"] == {"added": 1, "removed": 0, "changed": 1}
    assert diff["ids"]["added"] == [ROWS[5]["question_id"]]
    assert diff["ids"]["changed"] == {FIRST: ["question"]}
