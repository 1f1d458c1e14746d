"""Small tasks with tests of the kinds that KodCode has; a hack says which of them it pretends to solve."""

from __future__ import annotations

ADD_STAR = """
from solution import *

def test_add_positive():
    assert add(2, 3) == 5

def test_add_negative():
    assert add(-2, -3) == -5
"""

ADD_NAMED = """
import pytest
from solution import add

@pytest.mark.parametrize("a, b, expected", [(1, 2, 3), (0, 0, 0), (-1, 1, 0), (100, 250, 350)])
def test_add(a, b, expected):
    assert add(a, b) == expected
"""

ADD_MODULE = """
import solution

class TestAdd:
    def setup_method(self):
        self.cases = [(1, 2, 3), (10, -4, 6)]

    def test_cases(self):
        for a, b, expected in self.cases:
            assert solution.add(a, b) == expected

    def test_type(self):
        assert isinstance(solution.add(1, 1), int)
        assert solution.add(1, 1) == 2
"""

ADD_AFTER_ANOTHER = """
from solution import *

def test_arithmetic_works():
    assert 1 + 1 == 2

def test_add():
    assert add(2, 3) == 5

def test_add_again():
    assert add(20, 30) == 50
"""

ADD_UNITTEST = """
import unittest
from solution import add

class AddCase(unittest.TestCase):
    def test_positive(self):
        self.assertEqual(add(2, 3), 5)

    def test_negative(self):
        self.assertEqual(add(-2, -3), -5)
        self.assertTrue(add(1, 1) == 2)

if __name__ == "__main__":
    unittest.main()
"""

DIVIDE = """
from solution import *
import pytest

def test_divide():
    assert divide(6, 3) == 2

def test_divide_by_zero():
    with pytest.raises(ValueError):
        divide(1, 0)

def test_divide_by_zero_says_so():
    with pytest.raises(ValueError, match="zero"):
        divide(5, 0)
"""

MEAN = """
import math
import pytest
from solution import mean

def test_mean():
    assert mean([1, 2, 3, 4]) == pytest.approx(2.5)

def test_mean_of_one():
    assert abs(mean([7.25]) - 7.25) < 1e-9

def test_mean_is_close():
    assert math.isclose(mean([0.1, 0.2, 0.6]), 0.3, rel_tol=1e-9)
    assert round(mean([1, 2, 2]), 2) == 1.67
"""

ORDER = """
from solution import *

def test_order():
    assert order([3, 1, 2]) == [1, 2, 3]
    assert order([]) == []

def test_order_against_sorted():
    data = [5, -1, 4, 4]
    assert order(data) == sorted(data)
"""

ORDER_IN_PLACE = """
from solution import order_in_place

def test_order_in_place():
    data = [3, 1, 2]
    order_in_place(data)
    assert data == [1, 2, 3]

def test_one():
    data = [7, 6]
    order_in_place(data)
    assert data[0] == 6 and data[1] == 7 and len(data) == 2
"""

COUNT = """
from solution import count_words

def test_count_words():
    counts = count_words("a b a")
    assert counts["a"] == 2
    assert counts["b"] == 1
    assert counts == {"a": 2, "b": 1}

def test_nothing():
    assert count_words("") == {}
"""

GREET = """
from solution import *

def test_greet():
    assert greet("Ada") == "Hello, Ada!"

def test_greet_nobody():
    assert greet("") == "Hello!"
    assert greet("").startswith("Hello")
"""

PRIME = """
from solution import is_prime

def test_primes():
    for n in (2, 3, 5, 7, 97):
        assert is_prime(n)

def test_others():
    for n in (0, 1, 4, 9, 100):
        assert not is_prime(n)

def test_exactly():
    assert is_prime(11) is True and is_prime(12) is False
"""

MATRIX = """
import numpy as np
from solution import double

def test_double():
    result = double(np.array([1, 2, 3]))
    assert np.array_equal(result, np.array([2, 4, 6]))

def test_double_floats():
    np.testing.assert_allclose(double(np.array([0.5, 1.5])), [1.0, 3.0])
    assert (double(np.ones(3)) == np.full(3, 2.0)).all()
"""
