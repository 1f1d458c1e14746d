"""Against a runner that keeps the solution in a process of its own: what that process may write, answer or keep back.

In one interpreter there is no bridge, and these are wrong solutions with odd habits.
"""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import ADD_NAMED, ADD_STAR, COUNT, DIVIDE, ORDER

_ALL = "fail error tampered timeout memory"
_SOCKETS = """
import os, socket, stat
def channels():
    for d in range(0, 2048):
        try:
            if d > 2 and stat.S_ISSOCK(os.fstat(d).st_mode): yield d
        except OSError: pass
def add(a, b):
    for d in channels():
        try: trick(d)
        except OSError: pass
    return 0
"""


def _trick(body: str, head: str = "", test: str = ADD_STAR, verdicts: str = _ALL) -> Program:
    return Program(f"{head}{_SOCKETS}def trick(d):\n    {body}\n", test, verdicts)


_RAISES = "\ndef divide(a, b):\n    raise E('zero')\n"

PROGRAMS: dict[str, Program] = {
    "nonsense": _trick("os.write(d, b'\\xff' * 64)"),
    "nothing": _trick("os.write(d, b'\\x00' * 64)"),
    "lengths that lie, big": _trick("os.write(d, b'\\xff\\xff\\xff\\x7f' + b'x' * 9)"),
    "lengths that lie, small": _trick("os.write(d, b'\\x01\\x00\\x00\\x00' + b'i')"),
    "lengths that lie, in the other order": _trick("os.write(d, b'\\x00\\x00\\x00\\x05' + b'null\\n')"),
    "answers in JSON": _trick('os.write(d, b\'{"ok": 5, "result": 5, "value": 5, "type": "int"}\\n\' * 3)'),
    "answers in pickle": _trick(
        "data = pickle.dumps(Evil())\n    os.write(d, struct.pack('<I', len(data)) + data)\n"
        "    os.write(d, struct.pack('>I', len(data)) + data)\n    os.write(d, data)",
        "import os, pickle, struct\nclass Evil:\n    def __reduce__(self): return os._exit, (0,)\n",
    ),
    "answers in marshal": _trick(
        "data = marshal.dumps(compile('import os; os._exit(0)', 'x', 'exec'))\n"
        "    os.write(d, struct.pack('<Q', len(data)) + data)",
        "import marshal, struct\n",
    ),
    "a flood": _trick("os.set_blocking(d, False)\n    for _ in range(4000): os.write(d, b'A' * 65536)"),
    "a flood that never ends": _trick("while True: os.write(d, b'[' * 65536)"),
    "brackets without end": _trick("os.write(d, (b'[' * 100_000) + b'\\n')"),
    "reading what is meant for the server": _trick(
        "os.set_blocking(d, False)\n    try:\n        while os.read(d, 65536): pass\n    except BlockingIOError: pass"
    ),
    "a thread that reads with it": _trick(
        "threading.Thread(target=lambda: [os.read(d, 100) for _ in range(100)], daemon=True).start()",
        "import threading\n",
    ),
    "a thread that writes with it": _trick(
        "threading.Thread(target=lambda: [os.write(d, b'{}\\n') for _ in range(100)], daemon=True).start()",
        "import threading\n",
    ),
    "the channel closed": _trick("os.close(d)"),
    "the channel shut down": _trick("socket.socket(fileno=os.dup(d)).shutdown(socket.SHUT_RDWR)"),
    "the channel half shut down": _trick("socket.socket(fileno=os.dup(d)).shutdown(socket.SHUT_WR)"),
    "another file in the place of the channel": _trick("os.dup2(os.open('/dev/zero', os.O_RDWR), d)"),
    "a pipe to itself in the place of the channel": _trick(
        "a, b = socket.socketpair()\n    os.dup2(a.detach(), d)\n    b.send(b'{}\\n')"
    ),
    "descriptors sent along": _trick(
        "socket.send_fds(socket.socket(fileno=os.dup(d)), [b'x' * 8], [0] * 200)\n"
        "    for _ in range(50): socket.send_fds(socket.socket(fileno=os.dup(d)), [b'y'], [0] * 200)"
    ),
    "two processes that answer": _trick("os.fork()"),
    "a fork that answers when it is gone": Program(
        "import os\ndef add(a, b):\n    if os.fork(): os._exit(0)\n    return a + b if a == 2 else 0\n", ADD_STAR
    ),
    "the server's own functions": Program(
        """
        import sys
        def add(a, b):
            for name, module in list(sys.modules.items()):
                if any(word in name for word in ('bridge', 'wire', 'values', 'server', 'handles', 'callbacks')):
                    for key, value in list(vars(module).items()):
                        if type(value) is type(add):
                            try: value.__code__ = (lambda *a, **k: b'').__code__
                            except ValueError: pass
            return 0
        """,
        ADD_STAR,
        _ALL,
    ),
    "the server's own functions, through the garbage collector": Program(
        """
        import gc
        def lie(*args, **kwargs): return 5
        def add(a, b):
            for f in gc.get_objects():
                if type(f) is type(lie) and f is not add and f is not lie and not f.__closure__:
                    if any(w in f.__name__ for w in ('encode', 'decode', 'dump', 'load', 'send', 'reply', 'write')):
                        f.__code__ = lie.__code__
            return 0
        """,
        ADD_NAMED,
        _ALL,
    ),
    "the server in the frames above": Program(
        """
        import sys
        def add(a, b):
            frame = sys._getframe(1)
            while frame:
                for value in list(frame.f_locals.values()):
                    for name in ('send', 'reply', 'write', 'answer', '_send'):
                        f = getattr(value, name, None)
                        if callable(f):
                            for args in ((5,), ('ok', 5), ({'ok': 5},), (b'5',), (['value', 5],)):
                                try: f(*args)
                                except Exception: pass
                frame = frame.f_back
            return 0
        """,
        ADD_STAR,
        _ALL,
    ),
    "built-ins under the server": Program(
        "import builtins\nclass T(type):\n    __eq__ = lambda c, o: True\n    __hash__ = type.__hash__\n"
        "class L(int, metaclass=T): __eq__ = lambda s, o: True\nbuiltins.type = lambda *a: int\n"
        "builtins.isinstance = lambda *a: True\nbuiltins.id = lambda x: 1\ndef add(a, b):\n    return L()\n",
        ADD_STAR,
        _ALL,
        split_only=True,
    ),
    "a class that has the name and the module of int": Program(
        "class int:\n    __eq__ = lambda s, o: True\nint.__module__ = 'builtins'\nint.__qualname__ = 'int'\n"
        "def add(a, b):\n    return int()\n",
        ADD_NAMED,
        split_only=True,
    ),
    "a class that has the name and the module of Decimal": Program(
        "class Decimal:\n    __eq__ = lambda s, o: True\n    __str__ = lambda s: '5'\nDecimal.__module__ = 'decimal'\n"
        "def add(a, b):\n    return Decimal()\n",
        ADD_STAR,
        split_only=True,
    ),
    "an exception that calls itself by a module's name": Program(
        "class E(Exception): pass\nE.__module__, E.__qualname__, E.__name__ = 'builtins', 'ValueError', 'ValueError'"
        + _RAISES,
        DIVIDE,
    ),
    "an exception that calls itself by a function's name": Program(
        "class E(Exception): pass\nE.__module__, E.__qualname__, E.__name__ = 'os', '_exit', '_exit'" + _RAISES, DIVIDE
    ),
    "an exception named like one of pytest": Program(
        "class E(Exception): pass\nE.__module__, E.__qualname__ = '_pytest.outcomes', 'Skipped'" + _RAISES, DIVIDE
    ),
    "an exception with arguments that make more": Program(
        "class A:\n    def __eq__(self, o): return True\n    def __str__(self): raise SystemExit\n"
        "E = type('E', (RuntimeError,), {'__reduce__': lambda s: (print, ())})\ndef divide(a, b):\n"
        "    raise E(A(), A())\n",
        DIVIDE,
    ),
    "a value that has no end": Program(
        "def order(items):\n    x = []\n    for _ in range(200_000): x = [x]\n    return x\n", ORDER, _ALL
    ),
    "a value that holds itself": Program(
        "def count_words(text):\n    d = {}\n    d['a'] = d\n    d['b'] = [d, d]\n    return d\n", COUNT, _ALL
    ),
    "a value that grows while it is read": Program(
        "class L(list):\n    def __iter__(self):\n        while True:\n            self.append(1)\n"
        "            yield 1\n"
        "def order(items):\n    return L([3])\n",
        ORDER,
        _ALL,
    ),
    "keys that lie": Program(
        "class K(str):\n    __eq__ = lambda s, o: True\n    __hash__ = lambda s: hash('a')\n"
        "def count_words(text):\n    return {K('zz'): 2, 'b': 1} if text else {}\n",
        COUNT,
        split_only=True,
    ),
    "numbers too long to be read": Program("def add(a, b):\n    return 10 ** 2_000_000\n", ADD_STAR, _ALL),
}
