"""A dataset's rows become lines of findings, each for the right reason; honest rows stay without any."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.rows import read_rows
from kodcode_hub.ledger.store import Ledger
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.release import write_release
from kodcode_hub.pipeline.audit_checks import CHECKS, parse_checks
from kodcode_hub.pipeline.audit_file import AuditResult, audit_dataset
from kodcode_hub.pipeline.audit_flaky import RERUNS
from kodcode_hub.pipeline.audit_rows import choose_rows, read_audit_rows
from kodcode_hub.pipeline.audit_source import AuditSource, find_source
from kodcode_hub.pipeline.run_folder import LEDGER_NAME
from kodcode_hub.pipeline.verify_sandbox import VerifySettings
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.run_conditions import RunConditions
from kodcode_hub.verification.warm_sandbox import WarmSandbox, open_sandbox
from tests.packaging import example_rows

SETTINGS = VerifySettings(limits=Limits(timeout_s=3.0), isolation="none", workers=2)
DOUBLE = "def double(x):\n    return 2 * x\n"
TEST = "from solution import double\n\n\ndef test_double():\n    assert double(2) == 4\n"
WITHOUT_IMPORT = "def test_double():\n    assert double(2) == 4\n"


def a_row(identity: str, *, solution: str = DOUBLE, test: str = TEST, **more: Any) -> dict[str, Any]:
    return {"question_id": identity, "solution": solution, "test": test, **more}


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def nowhere(address: str) -> Path:
    raise InputError(f"{address} does not exist")


def source_of(path: Path, config: str | None = None) -> AuditSource:
    return find_source(str(path), config=config, fetch=nowhere)


class Shared:
    """One sandbox for all tests of the file, with those of its reruns: each takes a second to start."""

    def __init__(self, sandbox: WarmSandbox) -> None:
        self.isolation, self.environment, self.run, self.explain = (
            sandbox.isolation, sandbox.environment, sandbox.run, sandbox.explain
        )  # fmt: skip
        self._sandbox = sandbox
        self._others: dict[RunConditions, WarmSandbox] = {}

    @contextmanager
    def open(self, limits: Limits, **_: object) -> Iterator[Shared]:
        assert limits == SETTINGS.limits
        yield self

    @contextmanager
    def under(self, conditions: RunConditions, *, workers: int) -> Iterator[WarmSandbox]:
        if conditions not in self._others:
            self._others[conditions] = self._sandbox.under(conditions, workers=workers)
        yield self._others[conditions]

    def close(self) -> None:
        for each in self._others.values():
            each.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    scratch = tmp_path_factory.mktemp("scratch")
    with WarmSandbox(SETTINGS.limits, scratch=scratch, workers=2) as sandbox:
        made = Shared(sandbox)
        yield made
        made.close()


Audited = tuple[AuditResult, dict[str, dict[str, Any]]]
"""What was found in all, and the lines by id."""
Audit = Callable[..., Audited]


@pytest.fixture
def audit(shared: Shared, tmp_path: Path) -> Audit:
    def run(rows: list[dict[str, Any]], checks: tuple[str, ...] = ("labels",)) -> Audited:
        source, out = write(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl"
        result = audit_dataset(source_of(source), out, settings=SETTINGS, open_sandbox=shared.open, checks=checks)
        lines = [line for _, line in read_rows(out)]
        assert [line["question_id"] for line in lines] == [row["question_id"] for row in rows]
        return result, {line["question_id"]: line for line in lines}

    return run


LABELS: dict[str, tuple[dict[str, Any], str, list[str], str]] = {
    "holds": (a_row("a"), "pass", [], ""),
    "wrong": (a_row("a", solution="def double(x):\n    return x\n"), "fail", ["label_wrong"], "assert 2 == 4"),
    "is no Python": (a_row("a", solution="def double(x:\n"), "error", ["label_wrong"], "SyntaxError"),
    "ends itself": (
        a_row("a", solution="import os\ndef double(x):\n    os._exit(0)\n"),
        "tampered",
        ["label_wrong"],
        "broke off",
    ),
    "import is hidden": (a_row("a", test=WITHOUT_IMPORT), "fail", ["hidden_import"], "NameError"),
    "import is hidden behind the future": (
        a_row("a", test=f'"""About."""\nfrom __future__ import annotations\n{WITHOUT_IMPORT}'),
        "fail",
        ["hidden_import"],
        "NameError",
    ),
    "import is not all that is missing": (
        a_row("a", test=WITHOUT_IMPORT, solution="def double(x):\n    return x\n"),
        "fail",
        ["label_wrong"],
        "assert 2 == 4",
    ),
    "solution lacks a package": (
        a_row("a", solution="import no_such_thing\n" + DOUBLE),
        "error",
        ["missing_package"],
        "no_such_thing",
    ),
    "package is lacked behind the hidden import": (
        a_row("a", test=WITHOUT_IMPORT, solution="import no_such_thing\n" + DOUBLE),
        "fail",
        ["missing_package"],
        "no_such_thing",
    ),
    "test takes the solution for a package": (
        a_row("a", test=TEST.replace("solution", "doubling")),
        "error",
        ["label_wrong"],
        "doubling",
    ),
    "test takes a function for a package": (
        a_row("a", test="import double\n" + TEST),
        "error",
        ["label_wrong"],
        "double",
    ),
    "test wants a package that has nothing of the solution": (
        a_row("a", test="from no_such_thing import triple\n" + TEST),
        "error",
        ["missing_package"],
        "no_such_thing",
    ),
    "no test": (a_row("a", test="from solution import double\n"), "no_tests", ["no_tests"], "no test ran"),
    "never ends": (
        a_row("a", solution="def double(x):\n    while True:\n        pass\n"),
        "timeout",
        ["timeout"],
        "limit of",
    ),
}


@pytest.mark.parametrize("name", LABELS)
def test_a_label_is_compared_with_what_the_published_bytes_do(name: str, audit: Audit) -> None:
    row, verdict, findings, message = LABELS[name]
    result, lines = audit([row])
    line = lines["a"]
    assert (line["verdict"], line["findings"]) == (verdict, findings), line["message"]
    assert message in line["message"]
    assert [entry["finding"] for entry in line["evidence"]] == findings
    assert result.as_json()["findings"] == dict.fromkeys(findings, 1)


def counted(counter: Path) -> str:
    """A solution that tells by the length of a file whose time it is."""
    return (
        f"def times():\n    with open({str(counter)!r}, 'a+') as file:\n"
        "        file.write('x')\n        return file.tell()\n"
    )


def test_what_passes_when_run_again_is_not_for_want_of_an_import(audit: Audit, tmp_path: Path) -> None:
    solution = counted(tmp_path / "counter")
    test = "import solution\n\ndef test_times():\n    assert solution.times() > 1\n"
    line = audit([a_row("a", solution=solution, test=test)])[1]["a"]
    assert (line["verdict"], line["findings"]) == ("fail", ["label_wrong"])
    assert "run again, it passes" in line["message"]


R1 = [
    (True, DOUBLE, TEST, []),
    ("True", "def double(x):\n    return x\n", TEST, ["label_wrong"]),
    ("False", DOUBLE, TEST, ["label_wrong"]),
    (False, "def double(x):\n    return x\n", TEST, []),
    ("true", DOUBLE, WITHOUT_IMPORT, ["hidden_import"]),
    (None, "not Python at all", TEST, []),
]


@pytest.mark.parametrize(("correctness", "solution", "test", "findings"), R1)
def test_the_label_of_a_response_is_checked_too(
    correctness: object, solution: str, test: str, findings: list[str], audit: Audit
) -> None:
    row = a_row("a", test=test, r1_solution=solution, r1_correctness=correctness)
    line = audit([row])[1]["a"]
    assert line["findings"] == findings
    columns = [entry["column"] for entry in line["evidence"]]
    assert columns == (["solution", "r1_solution"] if "hidden_import" in findings else ["r1_solution"] * len(findings))


# Sixteen words whose order in a set differs between any two seeds, but for one case in 16!.
SET_ORDER = "def words():\n    return list({f'word{n}' for n in range(16)})\n"
FLAKY = {
    "set order": a_row(
        "a",
        solution=SET_ORDER,
        test=(
            "from solution import words\n\ndef test_words():\n    assert words()[0] == {first!r}\n"
        ),
    ),
    "order of tests": a_row(
        "a",
        solution="def keep(found, x):\n    found.append(x)\n",
        test=(
            "from solution import keep\n\nfound = []\n\n"
            + "\n".join(f"def test_{n}():\n    found.append({n})\n    assert len(found) == {n} + 1\n" for n in range(6))
        ),
    ),
    "time zone": a_row(
        "a",
        solution="import time\n\ndef hour():\n    return time.localtime(0).tm_hour\n",
        test="from solution import hour\n\ndef test_hour():\n    assert hour() == 0\n",
    ),
    "summer time": a_row(
        "a",
        solution=(
            "from datetime import datetime\n\ndef hours():\n"
            "    return (datetime(2024, 4, 1).timestamp() - datetime(2024, 3, 31).timestamp()) / 3600\n"
        ),
        test="from solution import hours\n\ndef test_hours():\n    assert hours() == 24\n",
    ),
    "chance": a_row(
        "a",
        solution="import random\n\ndef roll():\n    return [random.random() < 0.5 for _ in range(5)]\n",
        test="from solution import roll\n\ndef test_roll():\n    assert sum(roll()) >= 2\n",
    ),
}  # fmt: skip
HONEST = [
    a_row("plain"),
    a_row("hidden", test=WITHOUT_IMPORT),
    a_row("wrong", solution="def double(x):\n    return x\n"),
    a_row("size", solution=SET_ORDER, test="import solution\ndef test_it():\n    assert len(solution.words()) == 16\n"),
    a_row(
        "seeded",
        solution="import random\n\ndef roll(seed):\n    return random.Random(seed).random()\n",
        test="from solution import roll\n\ndef test_roll():\n    assert roll(1) == roll(1) and roll(1) < 1\n",
    ),
    a_row(
        "aware",
        solution="from datetime import datetime, UTC\ndef at(x):\n    return datetime.fromtimestamp(x, UTC)\n",
        test="from solution import at\n\ndef test_at():\n    assert at(0).isoformat() == '1970-01-01T00:00:00+00:00'\n",
    ),
    a_row(
        "local",
        solution="import time\n\ndef and_back(x):\n    return time.mktime(time.localtime(x))\n",
        test="from solution import and_back\n\ndef test_it():\n    assert and_back(1700000000) == 1700000000\n",
    ),
    a_row(
        "classes",
        test=(
            "import pytest\nfrom solution import double\n\n"
            "@pytest.fixture(scope='module')\ndef two():\n    return 2\n\n"
            "class TestA:\n    def setup_method(self):\n        self.found = []\n"
            "    def test_1(self, two):\n        self.found.append(1)\n        assert double(two) == 4\n"
            "    def test_2(self):\n        assert not self.found\n\n"
            "@pytest.mark.parametrize('x', [3, 1, 2])\ndef test_x(x):\n    assert double(x) == x + x\n"
        ),
    ),
]  # fmt: skip


def first_word() -> str:
    """The one that the normal conditions give."""
    program = SET_ORDER + "print(words()[0])"
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_what_should_not_matter_and_changes_a_verdict_is_found(audit: Audit) -> None:
    rows = [row | {"question_id": name} for name, row in FLAKY.items() if name != "chance"]
    rows[0]["test"] = rows[0]["test"].replace("{first!r}", repr(first_word()))
    _, lines = audit(rows, ("labels", "flaky"))
    for name, line in lines.items():
        assert (line["verdict"], line["findings"]) == ("pass", ["flaky"]), (name, line)
        (evidence,) = line["evidence"]
        assert [run["hash_seed"] for run in evidence["runs"]] == [0, *(each.hash_seed for each in RERUNS)]
        assert evidence["runs"][0]["verdict"] == "pass"
        assert "fail" in {run["verdict"] for run in evidence["runs"]}
        assert "reruns: 1 of 1 tests failed" in line["message"] or name == "order of tests"


def test_chance_is_found_where_it_strikes(audit: Audit) -> None:
    """One row may be lucky. All twelve are, which pass in 13 of 16 runs, once in three million audits."""
    rows = [FLAKY["chance"] | {"question_id": str(number)} for number in range(12)]
    result, _ = audit(rows, ("flaky",))
    assert result.as_json()["findings"]["flaky"] > 0


def test_honest_rows_are_not_called_flaky(audit: Audit) -> None:
    result, lines = audit(HONEST, ("labels", "flaky"))
    assert {name: line["findings"] for name, line in lines.items() if line["findings"]} == {
        "hidden": ["hidden_import"],
        "wrong": ["label_wrong"],
    }
    assert result.as_json()["rows_with_findings"] == 2


def test_a_row_that_needs_the_import_is_rerun_in_the_form_that_passes(audit: Audit) -> None:
    row = dict(FLAKY["time zone"], test="def test_hour():\n    assert hour() == 0\n")
    line = audit([row], ("labels", "flaky"))[1]["a"]
    assert line["findings"] == ["hidden_import", "flaky"]
    assert (line["verdict"], line["evidence"][1]["verdict"]) == ("fail", "pass")


def test_what_never_runs_here_is_not_run_again(audit: Audit, tmp_path: Path) -> None:
    """A counter outside would show a rerun."""
    counter = tmp_path / "counter"
    solution = counted(counter) + "times()\nimport no_such_thing\n"
    audit([a_row("a", solution=solution, test="import solution\ndef test_a(): pass\n")], ("flaky",))
    assert len(counter.read_text()) == 1


def test_without_the_check_labels_only_the_other_is_reported(audit: Audit) -> None:
    line = audit([a_row("a", test=WITHOUT_IMPORT)], ("flaky",))[1]["a"]
    assert (line["verdict"], line["findings"], line["message"]) == ("fail", [], "")


def test_v1_0_names_are_read_and_v1_1_wins(audit: Audit) -> None:
    rows = [
        {"question_id": "old", "solution": DOUBLE, "test_code": TEST},
        {"question_id": "both", "solution": DOUBLE, "test_code": "assert False", "test": TEST},
        {"question_id": "null", "solution": DOUBLE, "test_code": TEST, "test": None, "trials": {"trial_0": {}}},
    ]
    assert audit(rows)[0].as_json()["verdicts"] == {"pass": 3}


def test_parquet_comes_out_with_all_evidence(shared: Shared, tmp_path: Path) -> None:
    rows = [a_row("a"), a_row("b", test=WITHOUT_IMPORT), FLAKY["time zone"] | {"question_id": "c"}]
    source, out = write(tmp_path / "in.jsonl", rows), tmp_path / "out.parquet"
    audit_dataset(source_of(source), out, settings=SETTINGS, open_sandbox=open_sandbox, checks=("labels", "flaky"))
    lines = [line for _, line in read_rows(out)]
    assert [line["findings"] for line in lines] == [[], ["hidden_import"], ["flaky"]]
    assert lines[2]["evidence"][0]["runs"][1]["time_zone"] == RERUNS[0].time_zone


DEFECTS = [
    ([{"solution": "", "test": ""}], "row 1 has no id"),
    ([a_row("a"), a_row("b"), a_row("a")], "row 3 has the id 'a' of row 1"),
    ([{"question_id": "a", "test": ""}], "no column 'solution'"),
    ([{"question_id": "a", "solution": ""}], "no column 'test'"),
    ([a_row("a", r1_solution="", r1_correctness="perhaps")], "'r1_correctness' is 'perhaps'"),
    ([a_row("a") | {"solution": 3}], "column 'solution' is a number"),
    ([], "is empty"),
]


@pytest.mark.parametrize(("rows", "message"), DEFECTS)
def test_unusable_rows_are_named_before_anything_runs(rows: list[dict[str, Any]], message: str, tmp_path: Path) -> None:
    source = source_of(write(tmp_path / "in.jsonl", rows))
    with pytest.raises(InputError, match=message):
        audit_dataset(source, tmp_path / "out.jsonl", settings=SETTINGS, open_sandbox=NeverOpened())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl"]


class NeverOpened:
    """A sandbox that must not be needed."""

    def __call__(self, *_: object, **__: object) -> Any:
        raise AssertionError("nothing should run")


def test_the_same_row_number_in_two_files_is_still_a_repeated_id(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / "set" / f"{name}.jsonl", [a_row("a")])
    with pytest.raises(InputError, match=r"two\.jsonl, row 1 has the id 'a' of row 1 of .*one\.jsonl"):
        choose_rows(source_of(tmp_path / "set"), sample=None)


def test_a_folder_is_read_config_by_config_each_row_once_and_sft_only_when_asked_for(tmp_path: Path) -> None:
    release = tmp_path / "release"
    for config in ("apps", "taco", "sft"):
        path = release / "data" / config / "train-00000-of-00001.parquet"
        path.parent.mkdir(parents=True)
        write_parquet(path, [a_row(config)])
    listed = "\n".join(
        f"- config_name: {name}\n  data_files:\n  - split: train\n    path: [{', '.join(paths)}]"
        for name, paths in {
            "default": ["data/apps/train-*", "data/taco/train-*"],
            "apps": ["data/apps/train-*"],
            "sft": ["data/sft/train-*"],
        }.items()
    )
    (release / "README.md").write_text(f"---\nconfigs:\n{listed}\n---\n# A card\n", encoding="utf-8")
    assert [row.id for row in read_audit_rows(source_of(release))] == ["apps", "taco"]
    assert [row.id for row in read_audit_rows(source_of(release, "sft"))] == ["sft"]
    with pytest.raises(InputError, match="has no config 'prefill'; it has default, apps, sft"):
        source_of(release, "prefill")


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), path)


def test_a_finished_run_stands_for_its_release(tmp_path: Path) -> None:
    rows = [example_rows.a_row("leetcode", 0)]
    sft = [example_rows.an_sft_row("leetcode", 0)]
    write_release(tmp_path / "release", rows, sft, version="1.0.0", facts=ReleaseFacts())
    with closing(Ledger(tmp_path / LEDGER_NAME)) as ledger:
        ledger.set_meta_now("state", "stopped")
        with pytest.raises(InputError, match="not finished"):
            source_of(tmp_path)
        ledger.set_meta_now("state", "done")
    assert [row.id for row in read_audit_rows(source_of(tmp_path))] == [rows[0]["question_id"]]


def test_what_is_not_on_this_disk_is_fetched(tmp_path: Path) -> None:
    write(tmp_path / "data.jsonl", [a_row("a")])
    asked: list[str] = []

    def fetch(address: str) -> Path:
        asked.append(address)
        return tmp_path

    source = find_source("someone/some@v1.0.0", config=None, fetch=fetch)
    assert ([row.id for row in read_audit_rows(source)], asked) == (["a"], ["someone/some@v1.0.0"])


def test_a_config_of_a_single_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a file"):
        source_of(write(tmp_path / "in.jsonl", [a_row("a")]), "apps")


def test_a_sample_keeps_the_order_depends_on_ids_alone_and_grows(tmp_path: Path) -> None:
    rows = [a_row(f"row-{number}") for number in range(40)]
    source, turned = (
        source_of(write(tmp_path / name, given)) for name, given in (("a.jsonl", rows), ("b.jsonl", rows[::-1]))
    )

    def sampled(source: AuditSource, number: int) -> list[str]:
        return [row.id for row in read_audit_rows(source, choose_rows(source, sample=number))]

    ten = sampled(source, 10)
    assert ten == sorted(ten, key=lambda name: int(name[4:]))
    assert sampled(turned, 10) == ten[::-1]
    assert set(ten) < set(sampled(source, 20))
    assert sampled(source, 99) == [row["question_id"] for row in rows]


@pytest.mark.parametrize("given", ["nonsense", "labels,strength", "", " , "])
def test_an_unknown_check_is_refused_and_the_known_are_listed(given: str) -> None:
    with pytest.raises(UsageError, match=", ".join(CHECKS)):
        parse_checks(given)


def test_checks_come_in_one_order_however_they_are_given() -> None:
    assert parse_checks(" flaky, labels,flaky") == ("labels", "flaky")


@contextmanager
def dies_after(rows: int) -> Iterator[Any]:
    """Opens sandboxes that kill the process when so many trials were asked for."""
    asked = 0

    class Dying(WarmSandbox):
        async def run(self, solution: str, test: str) -> Any:
            nonlocal asked
            asked += 1
            if asked > rows:
                os.kill(os.getpid(), signal.SIGKILL)
            return await super().run(solution, test)

    def opened(limits: Limits, **settings: Any) -> Dying:
        return Dying(limits, **settings | {"isolation": "none"})

    yield opened


def test_after_kill_9_the_same_audit_goes_on_and_runs_nothing_twice(tmp_path: Path) -> None:
    trace, out = tmp_path / "trace", tmp_path / "out.jsonl"
    solution = counted(trace) + "times()\n" + DOUBLE
    source = write(tmp_path / "in.jsonl", [a_row(f"row-{number}", solution=solution) for number in range(6)])
    settings = VerifySettings(isolation="none", workers=1)
    child = os.fork()
    if child == 0:  # pragma: no cover - dies
        with dies_after(3) as opened:
            audit_dataset(source_of(source), out, settings=settings, open_sandbox=opened)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert not out.exists()
    assert len(trace.read_text()) == 3
    result = audit_dataset(source_of(source), out, settings=settings, open_sandbox=open_sandbox)
    assert len(trace.read_text()) == 6
    assert result.as_json()["verdicts"] == {"pass": 6}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl", "trace"]
