"""Solutions of which each kind of statement, or none, runs."""

from __future__ import annotations

ODD_SOLUTIONS: dict[str, str] = {
    "empty": "",
    "only comments": "# x\n\n# y\n",
    "dead branches": "if 0:\n    x=1\nelse:\n    y=2\nwhile 0:\n    z=1\n",
    "match": """\
def f(x):
    match x:
        case 1:
            return 2
        case [a, b]:
            return a
        case _:
            return 0
f(1); f(3)
""",
    "decorators and long signatures": '''\
import functools
def d(f):
    return f
@d
@functools.lru_cache(
    maxsize=None)
def f(a,
      b=1):
    """doc
    more"""
    return (a +
            b)
f(1)
''',
    "lambdas and comprehensions": "f = lambda x: (\n   x + 1)\ng = [i\n  for i in range(3)\n  if i]\n",
    "class bodies": '''\
class A(object):
    """doc"""
    x = 1
    y: int = 2
    z: int
    def m(self):
        ...
    @property
    def p(self):
        return 1
A().p
''',
    "coroutines": """\
import asyncio
async def f():
    async with C() as c:
        pass
    async for x in g():
        x
    return 1
class C:
    async def __aenter__(self): return 1
    async def __aexit__(self, *a):
        return None
async def g():
    yield 1
asyncio.run(f())
""",
    "handlers of exceptions": """\
def f():
    try:
        raise ValueError(
            "x")
    except (KeyError,
            TypeError):
        return 1
    except ValueError as e:
        return 2
    else:
        return 3
    finally:
        x = 1
f()
""",
    "threads": """\
import threading
def w():
    x = 1
    return x
t=threading.Thread(target=w); t.start(); t.join()
""",
    "exclusions": """\
def f():  # pragma: no cover
    return 1
if __name__ == "__main__":
    f()
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import os
""",
    "an error half way": "x = 1\n1 / 0\ny = 2\n",
    "definitions in one line": 'def f(): return 1\nclass E(Exception): pass\ndef g(): "doc"\nclass F(E): "doc"\nf()\n',
    "several statements in a line": 'a = 1; b = 2\nif a: b = 3; c = 4\n"""not doc"""\n"x"; y = 1\n',
    "a generator": "def g():\n    x = yield 1\n    yield 2\n    return 3\nnext(g())\n",
    "with over two lines": r"""
import contextlib
with contextlib.suppress(ValueError), \
     contextlib.suppress(KeyError):
    x = 1
    raise KeyError
    y = 1
""",
    "global, del, pass, assert": """\
def f():
    global q
    nonlocal_ = 1
    q = 1
    del q
    pass
    assert True, "x"
f()
""",
    "formatted strings": 'x = 1\ny = f"""a\n{x}\nb"""\nz = (f"{x}"\n  "b")\n',
    "exec": 'exec("x = 1\\ny = 2")\n',
    "a main guard": 'def f():\n    return 1\nif __name__ == "__main__":\n    f()\n',
    "continued lines": 'x = 1 + \\\n  2\ny = [\n 1,\n 2,\n]\n"""a\nb"""\n',
    "CRLF": 'x = 1\r\ndef f():\r\n    """d\r\n    """\r\n    return 1\r\n',
    "recursion and loops": """\
def f(n):
    return f(n-1) if n else 0
f(50)
for i in range(100):
    if i == 50:
        continue
    x = i
else:
    y = 1
""",
    "annotations": """\
def f(a: int,
      b: "str" = "x") -> None:
    x: int
    y: int = 1
    return None
f(1)
""",
    "unpacking": 'a, *b = [1,\n 2, 3]\nprint(*b,\n  sep="")\n',
}
