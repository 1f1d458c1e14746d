"""Files and folders appear whole or not at all, and nothing is left beside them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from kodcode_hub.errors import UsageError
from kodcode_hub.files.atomic import repair_folder, replace_folder, write_atomically, write_folder_atomically
from tests.packaging.folders import read_tree, run_python


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_when_its_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "out.jsonl"
    with write_atomically(path) as stream:
        stream.write(b"half")
        assert not path.exists()
        stream.write(b" and half")
    assert path.read_bytes() == b"half and half"
    assert names_in(path.parent) == ["out.jsonl"]


def test_a_failed_block_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), write_atomically(path) as stream:
        stream.write(b"new" * (1 // 0))
    assert read_tree(tmp_path) == {"out.jsonl": b"old"}


def test_what_a_killed_writer_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"old")
    killed = run_python(
        "import os, sys, pathlib\n"
        "from kodcode_hub.files.atomic import write_atomically\n"
        "with write_atomically(pathlib.Path(sys.argv[1])) as stream:\n"
        "    stream.write(b'new' * 10_000); os.kill(os.getpid(), 9)\n",
        str(path),
    )
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    assert len(names_in(tmp_path)) == 2
    with write_atomically(path) as stream:
        stream.write(b"newer")
    assert read_tree(tmp_path) == {"out.jsonl": b"newer"}


def test_a_living_writer_of_the_same_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with write_atomically(path) as first:
        first.write(b"first")
        with write_atomically(path) as second:
            second.write(b"second")
        assert path.read_bytes() == b"second"
    assert read_tree(tmp_path) == {"out.jsonl": b"first"}


def test_a_symbolic_link_keeps_pointing_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with write_atomically(tmp_path / "link") as stream:
        stream.write(b"text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"text"


def test_a_device_is_written_to_and_not_replaced() -> None:
    with write_atomically(Path(os.devnull)) as stream:
        stream.write(b"text")
    assert Path(os.devnull).is_char_device()


def test_a_full_disk_is_one_sentence() -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("this system has no /dev/full")
    sentence = r"^cannot write /dev/full: No space left on device; free some space"
    with pytest.raises(UsageError, match=sentence), write_atomically(full) as stream:
        stream.write(b"x" * 100_000)


@pytest.mark.parametrize(
    ("place", "message"),
    [("file/out", "one of its parents is a file"), ("folder", "it is a folder"), ("x" * 300, "choose a shorter name")],
)
def test_a_place_that_cannot_be_written_is_one_sentence_with_advice(tmp_path: Path, place: str, message: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=f"^cannot write {tmp_path}.*{message}"), write_atomically(tmp_path / place):
        pass


def test_an_error_of_the_block_that_is_not_about_the_file_stays_itself(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), write_atomically(tmp_path / "out"):
        (tmp_path / "missing").read_bytes()


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    for text in ("old", "new"):
        with write_folder_atomically(tmp_path / "out") as folder:
            (folder / "sub").mkdir()
            (folder / "sub" / text).write_text(text)
    assert read_tree(tmp_path) == {"out/sub/new": b"new"}
    assert names_in(tmp_path) == ["out"]


def test_a_failed_folder_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").touch()
    with pytest.raises(ZeroDivisionError), write_folder_atomically(tmp_path / "out") as folder:
        (folder / str(1 // 0)).touch()
    assert read_tree(tmp_path) == {"out/old": b""}
    assert names_in(tmp_path) == ["out"]


def test_a_replacement_that_fails_puts_the_old_folder_back(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").touch()
    with pytest.raises(UsageError, match="cannot write"):
        replace_folder(tmp_path / "missing", tmp_path / "out")
    assert read_tree(tmp_path) == {"out/old": b""}


@pytest.mark.parametrize("target", ["missing", "empty"])
def test_a_folder_set_aside_comes_back_when_nothing_took_its_place(tmp_path: Path, target: str) -> None:
    (tmp_path / ".out.old").mkdir()
    (tmp_path / ".out.old" / "old").touch()
    if target == "empty":
        (tmp_path / "out").mkdir()
    repair_folder(tmp_path / "out")
    assert read_tree(tmp_path) == {"out/old": b""}


def test_a_folder_set_aside_goes_when_another_took_its_place(tmp_path: Path) -> None:
    for name in (".out.old", "out", ".out.0123abcd.new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    repair_folder(tmp_path / "out")
    assert names_in(tmp_path) == ["out"]


def test_folders_of_other_names_are_no_leftovers(tmp_path: Path) -> None:
    names = [".out.new", ".out.0123abcd.new.kept", ".out2.0123abcd.new", "out.old"]
    for name in names:
        (tmp_path / name).mkdir()
    repair_folder(tmp_path / "out")
    assert names_in(tmp_path) == sorted(names)
