"""What no runner can refuse, because the test itself asks the solution to judge, or asserts too little.

Such rows pass; they are the business of the audit, not of the sandbox. Kept here so that nobody takes them for holes.
"""

from __future__ import annotations

from tests.verification.adversaries.program import Program

PROGRAMS: dict[str, Program] = {
    "a class that the test imports, and that is equal to all": Program(
        "class Money:\n    def __init__(self, *a): pass\n    def __add__(self, o): return self\n"
        "    def __eq__(self, o): return True\n",
        "from solution import Money\n\ndef test_money():\n    assert Money(1) + Money(2) == Money(3)\n",
        "pass fail",
    ),
    "an exception that the test imports, and that is all exceptions": Program(
        "class Meta(type):\n    def __subclasscheck__(c, o): return True\n"
        "    def __instancecheck__(c, o): return True\n"
        "class Broke(Exception, metaclass=Meta): pass\ndef pay():\n    raise KeyError\n",
        "import pytest\nfrom solution import Broke, pay\n\ndef test_pay():\n"
        "    with pytest.raises(Broke):\n        pay()\n",
        "pass fail",
    ),
    "a helper of the solution that judges": Program(
        "def same(a, b):\n    return True\ndef add(a, b):\n    return 0\n",
        "from solution import *\n\ndef test_add():\n    assert same(add(2, 3), 5)\n",
        "pass",
    ),
    "an argument emptied together with the result": Program(
        "def order(items):\n    items.clear()\n    return items\n",
        "from solution import order\n\ndef test_order():\n    data = [3, 1]\n    assert order(data) == sorted(data)\n",
        "pass",
    ),
    "a loop over nothing": Program(
        "def squares(n):\n    return []\n",
        "from solution import squares\n\ndef test_squares():\n    for n, s in enumerate(squares(4)):\n"
        "        assert s == n * n\n",
        "pass",
    ),
    "the end of an iteration raised in the middle": Program(
        "def square(n):\n    raise StopIteration\n",
        "from solution import square\n\ndef test_square():\n"
        "    for n, s in enumerate(map(square, [1, 2])):\n        assert s == n\n",
        "pass fail",
        note="a bridge may call it an error: no honest function ends its caller's loop",
    ),
    "code that the test itself evaluates": Program(
        'def expression(n):\n    return \'type("A", (), {"__eq__": lambda s, o: True})()\'\n',
        "from solution import expression\n\ndef test_expression():\n    assert eval(expression(7)) == 7\n",
        "pass fail tampered",
    ),
    "code that the test itself evaluates, and that leaves": Program(
        "def expression(n):\n    return '__import__(\"os\")._exit(0)'\n",
        "from solution import expression\n\ndef test_expression():\n    assert eval(expression(7)) == 7\n",
        "tampered",
        note="this one must be seen in every mode",
    ),
    "a pickle that the test itself loads": Program(
        'class A:\n    def __reduce__(self): return eval, (\'type("A", (), {"__eq__": lambda s, o: True})()\',)\n'
        "import pickle\ndef save(thing, path):\n    path.write_bytes(pickle.dumps(A()))\n",
        "import pickle\nfrom solution import save\n\ndef test_save(tmp_path):\n    save([1], tmp_path / 'x')\n"
        "    assert pickle.loads((tmp_path / 'x').read_bytes()) == [1]\n",
        "pass fail tampered",
    ),
}
