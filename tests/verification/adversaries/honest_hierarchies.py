"""Hierarchies of the solution: abstract bases, metaclasses, heirs of built-in classes, one of a kind."""

from __future__ import annotations

from tests.verification.adversaries.program import Honest

PROGRAMS: dict[str, Honest] = {
    "abstract bases": Honest(
        """
        from abc import ABC, abstractmethod
        import math
        class Shape(ABC):
            @abstractmethod
            def area(self): ...
            def describe(self): return f"{type(self).__name__} of {self.area():.2f}"
        class Circle(Shape):
            def __init__(self, r):
                if r < 0: raise ValueError("radius must not be negative")
                self.r = r
            def area(self): return math.pi * self.r ** 2
        class Square(Shape):
            def __init__(self, a): self.a = a
            def area(self): return self.a ** 2
            @classmethod
            def unit(cls): return cls(1)
            @staticmethod
            def sides(): return 4
        """,
        """
        import math
        import pytest
        from solution import *

        def test_shapes():
            with pytest.raises(TypeError):
                Shape()
            with pytest.raises(ValueError, match="negative"):
                Circle(-1)
            shapes = [Circle(1), Square(2)]
            assert sum(s.area() for s in shapes) == pytest.approx(math.pi + 4)
            assert shapes[1].describe() == "Square of 4.00" and all(isinstance(s, Shape) for s in shapes)
            assert Square.unit().area() == 1 and Square.sides() == 4 and issubclass(Circle, Shape)
            assert not isinstance(shapes[0], Square) and Shape.__abstractmethods__ == {"area"}
        """,
    ),
    "a test's own subclass": Honest(
        """
        from abc import ABC, abstractmethod
        class Plugin(ABC):
            @abstractmethod
            def run(self, x): ...
            def twice(self, x): return self.run(self.run(x))
        """,
        """
        from solution import Plugin

        class Plus(Plugin):
            def run(self, x):
                return x + 1

        def test_twice():
            assert Plus().twice(1) == 3 and isinstance(Plus(), Plugin)
        """,
        split_falls_back=True,
    ),
    "a metaclass and a registry": Honest(
        """
        class Meta(type):
            known = {}
            def __new__(mcs, name, bases, space):
                made = super().__new__(mcs, name, bases, space)
                mcs.known[name] = made
                return made
            def __len__(cls): return len(cls.known)
        class Base(metaclass=Meta): pass
        class Dog(Base):
            def speak(self): return "woof"
        def make(name): return Meta.known[name]()
        """,
        """
        from solution import *

        def test_registry():
            assert make("Dog").speak() == "woof" and isinstance(make("Dog"), Dog) and isinstance(make("Dog"), Base)
            assert set(Meta.known) == {"Base", "Dog"} and Meta.known["Dog"] is Dog
        """,
    ),
    "subclasses of built-in classes": Honest(
        """
        class Bag(dict):
            def __missing__(self, key): return 0
            def add(self, key): self[key] += 1
        class Upper(str):
            def __new__(cls, text): return super().__new__(cls, text.upper())
        class Sorted(list):
            def append(self, x):
                super().append(x)
                self.sort()
        """,
        """
        from solution import *

        def test_bag():
            bag = Bag()
            bag.add("a")
            bag.add("a")
            assert bag["a"] == 2 and bag["b"] == 0 and bag == {"a": 2} and isinstance(bag, dict)

        def test_upper():
            assert Upper("abc") == "ABC" and len(Upper("abc")) == 3 and isinstance(Upper("x"), str)

        def test_sorted():
            s = Sorted([2])
            s.append(1)
            assert s == [1, 2] and list(s) == [1, 2] and s[0] == 1
        """,
        note="named in the test, so their own equality counts",
    ),
    "a singleton, class attributes, global state": Honest(
        """
        class Config:
            _one = None
            values = {}
            def __new__(cls):
                if cls._one is None: cls._one = super().__new__(cls)
                return cls._one
        LOG = []
        total = 0
        def record(x):
            global total
            total += x
            LOG.append(x)
            return total
        """,
        """
        import solution
        from solution import *

        def test_one():
            assert Config() is Config() and Config()._one is Config()
            Config.values["a"] = 1
            assert Config().values == {"a": 1}

        def test_two():
            assert record(2) == 2 and record(3) == 5 and solution.total == 5

        def test_three():
            assert record(1) == 6 and solution.LOG == [2, 3, 1]
        """,
    ),
}
