"""Honest solutions and tests that must come out in two processes as they do in one."""

from __future__ import annotations

SHAPES = '''
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import Enum, IntEnum, Flag, auto
from functools import lru_cache, total_ordering, wraps, partial, cached_property
from typing import NamedTuple
from collections import namedtuple, OrderedDict
import math

class Shape(ABC):
    """A shape."""
    made = 0
    registry = {}
    def __init__(self):
        Shape.made += 1
    @abstractmethod
    def area(self): ...
    def describe(self): return f"{type(self).__name__} of {self.area():.1f}"

class Square(Shape):
    def __init__(self, side):
        super().__init__()
        self._side = side
    @property
    def side(self): return self._side
    @side.setter
    def side(self, value):
        if value < 0:
            raise ValueError("negative")
        self._side = value
    def area(self): return self._side ** 2
    @staticmethod
    def unit(): return Square(1)
    @classmethod
    def of(cls, side): return cls(side)
    @cached_property
    def twice(self): return self._side * 2

@total_ordering
class Money:
    def __init__(self, amount): self.amount = amount
    def __eq__(self, other): return self.amount == (other.amount if isinstance(other, Money) else other)
    def __lt__(self, other): return self.amount < other.amount
    def __hash__(self): return hash(self.amount)
    def __add__(self, other): return Money(self.amount + other.amount)
    def __radd__(self, other): return self if other == 0 else NotImplemented
    def __repr__(self): return f"Money({self.amount})"
    def __str__(self): return f"{self.amount} EUR"
    def __bool__(self): return self.amount != 0
    def __iadd__(self, other): self.amount += other.amount; return self
    def __neg__(self): return Money(-self.amount)
    def __float__(self): return float(self.amount)
    def __format__(self, spec): return format(self.amount, spec)

@dataclass
class Point:
    x: int
    y: int = 0
    tags: list = field(default_factory=list)
    def norm(self): return math.hypot(self.x, self.y)

@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int

class Color(Enum):
    RED = 1
    GREEN = "g"
    def lower(self): return self.name.lower()
    @property
    def is_red(self): return self is Color.RED
    @classmethod
    def first(cls): return cls.RED

class Level(IntEnum):
    LOW = 1
    HIGH = 2

class Perm(Flag):
    R = auto()
    W = auto()

class Pair(NamedTuple):
    left: int
    right: int = 7
    def total(self): return self.left + self.right

Item = namedtuple("Item", "name price")

class Stack:
    def __init__(self, items=()): self.items = list(items)
    def push(self, item): self.items.append(item)
    def pop(self):
        if not self.items: raise EmptyStack("pop from empty stack", depth=0)
        return self.items.pop()
    def __len__(self): return len(self.items)
    def __iter__(self): return iter(self.items)
    def __contains__(self, item): return item in self.items
    def __getitem__(self, index): return self.items[index]
    def __setitem__(self, index, value): self.items[index] = value
    def __delitem__(self, index): del self.items[index]
    def __enter__(self): return self
    def __exit__(self, kind, error, tb):
        self.closed = (kind is not None and kind.__name__, str(error))
        return kind is KeyError
    def __call__(self, n): return n + len(self.items)
    def __eq__(self, other): return isinstance(other, Stack) and self.items == other.items

class Cache(OrderedDict):
    def get_it(self, key): return self[key] if key in self else -1

class AttrDict(dict):
    def __getattr__(self, name): return self[name]

class SolutionError(Exception): pass
class EmptyStack(SolutionError, IndexError):
    def __init__(self, message, depth):
        super().__init__(message)
        self.depth = depth
class Coded(SolutionError):
    code = 42
    def __str__(self): return f"coded {self.code}"

class Node:
    def __init__(self, value, next=None): self.value = value; self.next = next

def reverse(head):
    before = None
    while head: head.next, before, head = before, head, head.next
    return before

def raise_coded(): raise Coded("x") from KeyError("why")
def same(x): return x
def make_point(x, y): return Point(x, y)
def make_attrs(**kw): return AttrDict(kw)
def count_up(n):
    """Counts."""
    for i in range(n): yield i
def echo():
    got = None
    while True:
        try: got = yield got
        except ValueError as error: got = f"caught {error}"
def adder(n):
    def add(x): return x + n
    return add
@lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def counted(f):
    @wraps(f)
    def wrapper(*args):
        wrapper.calls += 1
        return f(*args)
    wrapper.calls = 0
    return wrapper
@counted
def greet(name): return "hello " + name
double = partial(lambda a, b: a * b, 2)
'''

SHAPES_TESTS: dict[str, str] = {
    "abstract classes, properties, static and class methods, class attributes": """
        import pytest
        from solution import Shape, Square
        def test():
            with pytest.raises(TypeError, match="abstract"):
                Shape()
            before = Shape.made
            s = Square(3)
            assert Shape.made == before + 1 and s.made == before + 1 and Square.made == before + 1
            assert isinstance(s, Shape) and issubclass(Square, Shape) and type(s) is Square
            assert s.describe() == "Square of 9.0"
            s.side = 4
            assert s.area() == 16 and s.twice == 8
            with pytest.raises(ValueError, match="negative"):
                s.side = -1
            with pytest.raises(AttributeError):
                s.absent
            assert Square.unit().area() == 1 and Square.of(2).area() == 4
            assert hasattr(s, "area") and not hasattr(s, "volume") and callable(s.area)
            assert Square.__name__ == "Square" and Square.__mro__[1] is Shape
            Shape.made = 0
            assert Square.of(1).made == 1
            Shape.registry["a"] = s
            assert Shape.registry["a"] is s
            area = s.area
            assert area() == 16
            assert sorted([Square(3), Square(1)], key=Square.area)[0].side == 1
    """,
    "operators of a class that the test names": """
        from solution import Money
        def test():
            assert Money(1) == Money(1) and Money(1) != Money(2) and Money(5) == 5
            assert Money(1) < Money(2) <= Money(2) and max(Money(1), Money(3)) == Money(3)
            assert sum([Money(1), Money(2)]) == Money(3) and -Money(1) == Money(-1)
            assert len({Money(1), Money(1)}) == 1 and {Money(2): "b"}[Money(2)] == "b"
            assert repr(Money(3)) == "Money(3)" and str(Money(3)) == "3 EUR" and f"{Money(3):.2f}" == "3.00"
            assert Money(1) and not Money(0) and float(Money(2)) == 2.0
            m = n = Money(1)
            m += Money(2)
            assert n is m and n.amount == 3
            assert [Money(1), Money(2)] == [Money(1), Money(2)] and Money(2) in [Money(2)]
            assert sorted([Money(2), Money(1)])[0] == Money(1)
    """,
    "dataclasses": """
        import copy, dataclasses, pytest
        import solution
        from solution import Point, Version
        def test():
            p = Point(3, 4)
            assert p == Point(3, 4) and p != Point(3, 5) and p.norm() == 5.0
            assert repr(p) == "Point(x=3, y=4, tags=[])"
            p.tags.append("a")
            assert p.tags == ["a"] and p != Point(3, 4)
            assert dataclasses.is_dataclass(p) and dataclasses.asdict(p) == {"x": 3, "y": 4, "tags": ["a"]}
            assert [f.name for f in dataclasses.fields(Point)] == ["x", "y", "tags"]
            assert dataclasses.replace(p, x=1).x == 1
            assert Version(1, 2) < Version(1, 3) and hash(Version(1, 2)) == hash(Version(1, 2))
            with pytest.raises(dataclasses.FrozenInstanceError):
                Version(1, 2).major = 3
            assert solution.make_point(1, 2) == solution.make_point(1, 2)
            other = copy.deepcopy(p)
            assert other == p and other is not p and other.tags == ["a"]
            with pytest.raises(TypeError):
                {p: 1}
            match p:
                case Point(x=3):
                    pass
                case _:
                    raise AssertionError("no match")
    """,
    "dataclasses of a class that the test does not name": """
        import solution
        def test():
            assert solution.make_point(1, 2) == solution.make_point(1, 2)
            assert solution.make_point(1, 2) != solution.make_point(1, 3)
    """,
    "enums": """
        import pytest
        from solution import Color, Level, Perm, same
        def test():
            assert Color.RED.value == 1 and Color("g") is Color.GREEN and Color["RED"] is Color.RED
            assert same(Color.RED) is Color.RED and [c.name for c in Color] == ["RED", "GREEN"]
            assert Color.RED.lower() == "red" and Color.RED.is_red and Color.first() is Color.RED
            assert Level.LOW < Level.HIGH and Level.HIGH == 2 and same(Level.HIGH) is Level.HIGH
            assert isinstance(Color.RED, Color) and len(Color) == 2 and {Color.RED: 1}[Color.RED] == 1
            assert same(Perm.R | Perm.W) == Perm.R | Perm.W and Perm.R in (Perm.R | Perm.W)
            with pytest.raises(ValueError):
                Color(99)
            assert str(Color.RED) == "Color.RED" and repr(Color.GREEN) == "<Color.GREEN: 'g'>"
    """,
    "named tuples": """
        from solution import Item, Pair, same
        def test():
            assert Pair(1, 2) == (1, 2) and Pair(1).right == 7 and Pair(1, 2).total() == 3
            assert same(Pair(1, 2)) == Pair(1, 2) and type(same(Pair(1))) is Pair
            assert Item("a", 2)._asdict() == {"name": "a", "price": 2} and same(Item("a", 2)).price == 2
            left, right = same(Pair(4, 5))
            assert (left, right) == (4, 5) and repr(Pair(1, 2)) == "Pair(left=1, right=2)"
    """,
    "containers with protocols of their own": """
        import pytest
        from solution import Stack, EmptyStack
        def test():
            s = Stack([1, 2])
            assert len(s) == 2 and list(s) == [1, 2] and 2 in s and 3 not in s and s[0] == 1 and s[-1] == 2
            s[0] = 9
            del s[1]
            assert s.items == [9] and s(1) == 2 and s[0:1] == [9]
            s.items.append(5)
            assert s.pop() == 5
            s.items.clear()
            with pytest.raises(EmptyStack) as caught:
                s.pop()
            assert caught.value.depth == 0 and str(caught.value) == "pop from empty stack"
            assert isinstance(caught.value, IndexError)
            with pytest.raises(IndexError):
                s.pop()
            with s as inner:
                assert inner is s
                raise KeyError("swallowed")
            assert s.closed == ("KeyError", "'swallowed'")
            with pytest.raises(ValueError, match="mine"), s:
                raise ValueError("mine")
            a, b = Stack([1, 2])
            assert (a, b) == (1, 2) and Stack([1]) == Stack([1]) and not Stack()
            with pytest.raises(TypeError):
                hash(Stack())
    """,
    "classes derived from built-in containers": """
        import solution
        from solution import Cache
        def test():
            c = Cache()
            c["a"] = 1
            c["b"] = 2
            c.move_to_end("a")
            assert list(c) == ["b", "a"] and c.get_it("a") == 1 and c.get_it("x") == -1 and len(c) == 2
            assert dict(c) == {"b": 2, "a": 1} and list(c.items()) == [("b", 2), ("a", 1)]
            assert "a" in c and c == {"b": 2, "a": 1}
            attrs = solution.make_attrs(x=1)
            assert attrs == {"x": 1} and attrs.x == 1 and {"x": 1} == attrs and attrs != {"x": 2}
            assert isinstance(attrs, dict) and isinstance(c, Cache) and type(c) is Cache and not isinstance(c, list)
    """,
    "exceptions of its own": """
        import pytest
        from solution import raise_coded, Coded, SolutionError
        def test():
            with pytest.raises(SolutionError) as caught:
                raise_coded()
            error = caught.value
            assert type(error) is Coded and error.args == ("x",) and str(error) == "coded 42" and error.code == 42
            assert repr(error.__cause__) == "KeyError('why')"
            try:
                raise Coded("mine")
            except Coded as mine:
                assert mine.args == ("mine",)
            with pytest.raises(Coded, match="coded 42"):
                raise_coded()
    """,
    "nodes that the test links": """
        from solution import Node, reverse
        def test():
            head = Node(1, Node(2, Node(3)))
            last = head.next.next
            assert reverse(head) is last
            values, node = [], last
            while node:
                values.append(node.value)
                node = node.next
            assert values == [3, 2, 1] and head.next is None
    """,
    "generators, closures, decorators, partial": """
        import inspect, types
        import solution
        def test():
            g = solution.count_up(3)
            assert isinstance(g, types.GeneratorType) and next(g) == 0 and list(g) == [1, 2]
            e = solution.echo()
            next(e)
            assert e.send(5) == 5 and e.throw(ValueError("v")) == "caught v"
            e.close()
            assert solution.adder(3)(4) == 7
            assert solution.fib(30) == 832040 and solution.fib.cache_info().misses == 31
            solution.fib.cache_clear()
            assert solution.fib.cache_info().currsize == 0
            assert solution.greet("you") == "hello you" and solution.greet.calls == 1
            solution.greet.calls = 0
            assert solution.greet.calls == 0 and solution.greet.__name__ == "greet"
            assert inspect.isfunction(solution.greet) and solution.greet("me") and solution.greet.calls == 1
            assert solution.double(4) == 8
            assert inspect.isfunction(solution.adder) and solution.adder.__name__ == "adder"
            assert list(zip(solution.count_up(3), "abc")) == [(0, "a"), (1, "b"), (2, "c")]
            assert solution.count_up is solution.count_up and solution.count_up.__module__ == "solution"
    """,
}
