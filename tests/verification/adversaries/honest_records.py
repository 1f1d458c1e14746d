"""Records of the solution: data classes, enums, named tuples, exceptions, properties."""

from __future__ import annotations

from tests.verification.adversaries.program import Honest

PROGRAMS: dict[str, Honest] = {
    "data classes": Honest(
        """
        from dataclasses import dataclass, field, replace, asdict
        @dataclass(frozen=True, order=True)
        class Point:
            x: int
            y: int = 0
        @dataclass
        class Cart:
            owner: str
            items: list = field(default_factory=list)
            def add(self, item): self.items.append(item)
            @property
            def size(self): return len(self.items)
        def move(p, by): return replace(p, x=p.x + by)
        """,
        """
        import dataclasses
        import pytest
        from solution import *

        def test_point():
            p = Point(1)
            assert p == Point(1, 0) and p < Point(2) and repr(p) == "Point(x=1, y=0)" and move(p, 2) == Point(3)
            assert dataclasses.asdict(p) == {"x": 1, "y": 0} and dataclasses.is_dataclass(Point)
            with pytest.raises(dataclasses.FrozenInstanceError):
                p.x = 5
            assert {Point(1): "a"}[p] == "a" and dataclasses.replace(p, y=4) == Point(1, 4)

        def test_cart():
            cart, other = Cart("ada"), Cart("bob")
            cart.add("x")
            cart.items.append("y")
            assert cart.items == ["x", "y"] and cart.size == 2 and other.items == []
            cart.owner = "eve"
            assert cart == Cart("eve", ["x", "y"])
        """,
    ),
    "enums": Honest(
        """
        import enum
        class Color(enum.Enum):
            RED = 1
            GREEN = "g"
            @property
            def lower(self): return self.name.lower()
        class Level(enum.IntEnum):
            LOW = 1
            HIGH = 3
        class Right(enum.Flag):
            READ = enum.auto()
            WRITE = enum.auto()
        def parse(text): return Color[text.upper()]
        def rights(): return Right.READ | Right.WRITE
        """,
        """
        import pytest
        from solution import *

        def test_enums():
            assert parse("red") is Color.RED and parse("green") == Color.GREEN and Color("g") is Color.GREEN
            assert Color.RED.value == 1 and Color.RED.name == "RED"
            assert Color.RED.lower == "red" and Color.RED != Color.GREEN
            assert [c.name for c in Color] == ["RED", "GREEN"] and len(Color) == 2 and isinstance(parse("red"), Color)
            assert Level.LOW < Level.HIGH and Level.HIGH == 3 and Level(1) is Level.LOW
            assert sorted([Level.HIGH, Level.LOW])[0] == 1
            assert Right.READ in rights() and {Color.RED: 1}[parse("red")] == 1
            with pytest.raises(KeyError):
                parse("blue")
            with pytest.raises(ValueError):
                Color(9)
        """,
    ),
    "named tuples": Honest(
        "from collections import namedtuple\nfrom typing import NamedTuple\nPair = namedtuple('Pair', 'left right')\n"
        "class Row(NamedTuple):\n    key: str\n    value: int = 0\ndef split(text):\n"
        "    return Pair(*text.split('='))\n"
        "def rows():\n    return [Row('a', 1), Row('b')]\n",
        """
        from solution import *

        def test_pairs():
            pair = split("a=b")
            assert pair == ("a", "b") == Pair("a", "b") and pair.left == "a" and isinstance(pair, tuple)
            left, right = pair
            assert right == "b" and pair._asdict() == {"left": "a", "right": "b"}
            assert pair._replace(left="z").left == "z"
            assert rows() == [("a", 1), ("b", 0)] and [r.key for r in rows()] == ["a", "b"] and max(rows()).key == "b"
        """,
    ),
    "exceptions of its own": Honest(
        """
        class BankError(Exception):
            '''All of the bank.'''
        class Overdrawn(BankError, ValueError):
            def __init__(self, balance, amount):
                super().__init__(f"{amount} exceeds {balance}")
                self.balance, self.amount = balance, amount
        class Coded(Exception):
            code = 7
            def __str__(self): return f"code {self.code}"
        def withdraw(balance, amount):
            if amount > balance: raise Overdrawn(balance, amount)
            return balance - amount
        def convert(text):
            try: return int(text)
            except ValueError as error: raise BankError("no number") from error
        def fail(): raise Coded
        """,
        """
        import pytest
        from solution import *

        def test_overdrawn():
            with pytest.raises(Overdrawn) as caught:
                withdraw(1, 5)
            assert str(caught.value) == "5 exceeds 1" and caught.value.balance == 1 and caught.value.amount == 5
            with pytest.raises(BankError, match=r"5 exceeds \\d"):
                withdraw(1, 5)
            with pytest.raises(ValueError):
                withdraw(0, 1)
            assert issubclass(Overdrawn, (BankError, ValueError)) and not issubclass(Coded, BankError)

        def test_cause():
            try:
                convert("x")
            except BankError as error:
                assert str(error) == "no number" and isinstance(error.__cause__, ValueError)
            else:
                pytest.fail("nothing raised")

        def test_coded():
            with pytest.raises(Coded) as caught:
                fail()
            assert caught.value.code == 7 and str(caught.value) == "code 7" and caught.type is Coded
        """,
    ),
    "properties and slots": Honest(
        """
        class Celsius:
            __slots__ = ("_t",)
            def __init__(self, t): self.t = t
            @property
            def t(self): return self._t
            @t.setter
            def t(self, value):
                if value < -273.15: raise ValueError(f"{value} is too cold")
                self._t = value
            @t.deleter
            def t(self): self._t = 0.0
            fahrenheit = property(lambda self: self._t * 9 / 5 + 32)
        """,
        """
        import pytest
        from solution import Celsius

        def test_celsius():
            c = Celsius(100)
            assert c.fahrenheit == 212 and c.t == 100
            c.t = 0
            assert c.fahrenheit == 32.0
            with pytest.raises(ValueError, match="-300 is too cold"):
                c.t = -300
            with pytest.raises(AttributeError):
                c.fahrenheit = 1
            with pytest.raises(AttributeError):
                c.other = 1
            del c.t
            assert c.t == 0.0
        """,
    ),
    "copies of objects": Honest(
        """
        import copy
        class Board:
            def __init__(self, rows): self.rows = rows
            def __copy__(self): return Board(list(self.rows))
            def __eq__(self, o): return self.rows == o.rows
            def flipped(self):
                other = copy.deepcopy(self)
                other.rows.reverse()
                return other
        """,
        """
        import copy
        from solution import Board

        def test_copies():
            board = Board([[1], [2]])
            assert board.flipped() == Board([[2], [1]]) and board.rows == [[1], [2]]
            shallow, deep = copy.copy(board), copy.deepcopy(board)
            assert shallow == board == deep and shallow is not board
        """,
        split_falls_back=True,
    ),
    "pickles of objects": Honest(
        "class Box:\n    def __init__(self, x): self.x = x\n    def __eq__(self, o): return self.x == o.x\n",
        "import pickle\nfrom solution import Box\n\ndef test_pickle():\n"
        "    assert pickle.loads(pickle.dumps(Box(3))) == Box(3)\n",
        split_falls_back=True,
    ),
}
