"""``kodcode endpoint``: which files it serves, and as whom."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from pathlib import Path

from tests.pipeline.running import TIMEOUT_S, command, environment


def test_each_word_after_replay_is_one_path_whatever_its_name_holds(tmp_path: Path) -> None:
    names = ("a,b.jsonl", "c.jsonl", "folder, of one/d.jsonl")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        entry = {"step": "answer", "contains": [name], "completions": [f"from {name}"], "model": "org/m"}
        (tmp_path / name).write_text(json.dumps(entry) + "\n")
    words = ["endpoint", "--replay", "a,b.jsonl", "c.jsonl", "folder, of one", "--port", "0"]
    with subprocess.Popen(
        command(words), cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            announced = process.stderr.readline()
            assert "3 recordings of org/m at http://127.0.0.1:" in announced
            url = announced.split(" at ")[1].split()[0]
            for name in names:
                data = json.dumps({"inputs": name}).encode()
                request = urllib.request.Request(f"{url}/generate", data, {"Content-Type": "application/json"})
                with urllib.request.urlopen(request, timeout=20) as response:
                    assert json.loads(response.read()) == {"generated_text": f"from {name}"}
            with urllib.request.urlopen(f"{url}/info", timeout=20) as response:
                assert json.loads(response.read())["model_id"] == "org/m"
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(TIMEOUT_S) == 0
