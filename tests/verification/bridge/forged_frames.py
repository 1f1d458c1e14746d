"""Messages that no honest end of the bridge sends, written by hand into the socket."""

from __future__ import annotations

import json
import os
import struct
from typing import Any

ANY_DEPTH = 100_000


def frame(message: Any) -> bytes:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return struct.pack(">I", len(body)) + body


class Forger:
    """Answers a test that imports ``f`` of the solution and calls it once; the call's answer is forged."""

    def __init__(self, answer: Any) -> None:
        """``answer``: bytes to write as they are, or ``(nodes, items)`` of a reply."""
        self.answer = answer

    def __call__(self, channel: int) -> None:
        while True:
            operation, _, serial, *_ = self._read(channel)
            if operation == "call":
                os.write(channel, self._forged(serial))
                if len(self.answer) < 8 and isinstance(self.answer, bytes):
                    os._exit(0)
            elif operation == "module_get":
                os.write(channel, frame(["ok", 0, serial, [[0]], [["f", 1, "f", "f", False, None, None]]]))
            else:
                os.write(channel, frame(["ok", 0, serial, [None]]))

    def _forged(self, serial: int) -> bytes:
        if isinstance(self.answer, bytes):
            return self.answer.replace(b"SERIAL", b"%6d" % serial)
        nodes, items, *operation = self.answer
        return frame([operation[0] if operation else "ok", 0, serial, items, nodes])

    def _read(self, channel: int) -> list[Any]:
        (length,) = struct.unpack(">I", _exactly(channel, 4))
        message: list[Any] = json.loads(_exactly(channel, length))
        return message


def _exactly(channel: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = os.read(channel, size - len(data))
        if not chunk:
            os._exit(0)
        data += chunk
    return data


def _class(**changes: Any) -> list[Any]:
    facts = {"base": "", "abc": "", "unhashable": False}
    node = {"name": "K", "form": "plain", "bases": [], "special": [], "members": {}, "facts": facts} | changes
    return [
        *("C", 50, node["name"], node["name"], node["form"], node["bases"]),
        *(node["special"], node["members"], node["facts"], None),
    ]


FORGED: dict[str, Any] = {
    "nothing, and the end": b"",
    "half a frame, and silence that ends": b"\x00\x00\x00\xff[1,",
    "a frame of four gigabytes": b"\xff\xff\xff\xff",
    "a frame of no length": struct.pack(">I", 0),
    "no JSON": frame(b"\xff\xfe\x00"),
    "JSON that is no array": frame(b'{"a": 1}'),
    "an empty array": frame(b"[]"),
    "JSON without end of nesting": frame(b"[" * ANY_DEPTH),
    "an integer of many digits": frame(b'["ok",0,SERIAL,[' + b"9" * 10_000 + b"]]"),
    "a reply to nothing": frame(["ok", 0, 99, [3]]),
    "no values": frame(b'["ok",0,SERIAL,[]]'),
    "a value that is an object of JSON": ([], [{"a": 1}]),
    "a value that is a list of JSON": ([], [[1, 2, 3]]),
    "a node that does not exist": ([], [[0]]),
    "a node before the first": ([["e"]], [[-1]]),
    "a node by a truth value": ([["e"]], [[True]]),
    "a tuple that holds itself": ([["t", [[0]]]], [[0]]),
    "a tuple before its part": ([["t", [[1]]], ["t", []]], [[0]]),
    "an unknown kind of node": ([["eval", "1"]], [[0]]),
    "a node that is no list": (["l"], [[0]]),
    "an empty node": ([[]], [[0]]),
    "a set of lists": ([["l", 3, []], ["s", 5, [[0]]]], [[1]]),
    "a dictionary of one key more": ([["d", 3, ["a"]]], [[0]]),
    "a dictionary with a list as key": ([["l", 5, []], ["d", 3, [[0], 1]]], [[1]]),
    "a twin of T's that never was": ([["l", 4, []]], [[0]]),
    "a reference to a twin that never was": ([["@", 7]], [[0]]),
    "a container without number": ([["l", None, []]], [[0]]),
    "an object of T's that was never given": ([["y", 17]], [[0]]),
    "an object of T's by a list": ([["y", []]], [[0]]),
    "exec by name": ([["N", "builtins:exec"]], [[0]]),
    "os.system by name": ([["N", "posix:system"]], [[0]]),
    "the type of types by name": ([["N", "builtins:type"]], [[0]]),
    "a way round the list of names": ([["N", "builtins:object.__subclasses__"]], [[0]]),
    "module os by name": ([["N", "os"]], [[0]]),
    "the test's own module by name": ([["N", "test_solution"]], [[0]]),
    "pytest's outcome by name": ([["N", "_pytest.outcomes:Skipped"]], [[0]]),
    "a module that runs something when imported": ([["N", "antigravity"]], [[0]]),
    "a decimal that is no text": ([["D", 5]], [[0]]),
    "a path that is a list": ([["P", "PosixPath", [1]]], [[0]]),
    "a pattern that does not compile": ([["re", "(", 0]], [[0]]),
    "an array of objects by its dtype": ([["np", 3, "AAAA", "|O8", [1], "C"]], [[0]]),
    "an array larger than its bytes": ([["np", 3, "AAAA", "<i8", [10**9], "C"]], [[0]]),
    "an array of a negative shape": ([["np", 3, "AAAA", "|u1", [-1], "C"]], [[0]]),
    "bytes that are no base 64": ([["b", 7]], [[0]]),
    "a range of texts": ([["r", ["a", 1, 1]]], [[0]]),
    "a handle without a class": ([["m", 60, None]], [[0]]),
    "a handle of a class of Python": ([["N", "builtins:int"], ["m", 60, [0]]], [[1]]),
    "a class without a description": ([["C", 50]], [[0]]),
    "a class with a method that is none": ([_class(members={"x": ["f", 3]})], [[0]]),
    "a class with a special member": (
        [["f", 9, "x", "x", False, None, None], _class(members={"__class__": ["f", [0]]})],
        [[1]],
    ),
    "a class with an unknown special method": ([_class(special=["__instancecheck__"])], [[0]]),
    "a class of an unknown form": ([_class(form="meta")], [[0]]),
    "a named tuple with fields that are code": (
        [_class(form="tuple", facts={"fields": ["a): pass\nimport os #"], "defaults": []})],
        [[0]],
    ),
    "a named tuple of another length": (
        [_class(form="tuple", facts={"fields": ["a", "b"], "defaults": []}), ["nt", [0], [1]]],
        [[1]],
    ),
    "an enum member that is none": (
        [_class(form="enum", facts={"enum": "Enum", "mixed": "", "members": {"A": 1}}), ["en", [0], "B", 2]],
        [[1]],
    ),
    "an exception that is a number": ([], [3], "raise"),
    "an exception of no exception class": ([["N", "builtins:int"], ["X", 0, [0], [], [], [], None]], [[1]], "raise"),
    "an exception with a class attribute": (
        [["N", "builtins:ValueError"], ["X", 0, [0], [], ["__class__"], [1], None]],
        [[1]],
        "raise",
    ),
    "pytest's outcome raised": (
        [["N", "_pytest.outcomes:Skipped"], ["X", 0, [0], [], [], [], None]],
        [[1]],
        "raise",
    ),
    "an operation that does not exist": ([], [], "exec"),
    "a call of what was never given": ([], [77, 0], "call"),
    "a special method that is none of the bridge's": ([], [1, "__reduce__"], "special"),
}
