"""Classes of the solution, and what tests do with their instances."""

from __future__ import annotations

from tests.verification.adversaries.program import Honest

PROGRAMS: dict[str, Honest] = {
    "a stack": Honest(
        """
        class Stack:
            '''Last in, first out.'''
            made = 0
            def __init__(self, items=()):
                self._items = list(items)
                Stack.made += 1
            def push(self, x): self._items.append(x)
            def pop(self):
                if not self._items: raise IndexError("pop from empty stack")
                return self._items.pop()
            def peek(self): return self._items[-1] if self._items else None
            def __len__(self): return len(self._items)
            def __iter__(self): return iter(self._items)
            def __contains__(self, x): return x in self._items
            def __getitem__(self, i): return self._items[i]
            def __bool__(self): return bool(self._items)
            def __repr__(self): return f"Stack({self._items!r})"
        """,
        """
        import pytest
        from solution import *

        class TestStack:
            @pytest.fixture
            def stack(self):
                return Stack([1, 2])

            def test_use(self, stack):
                stack.push(3)
                assert stack.pop() == 3 and stack.peek() == 2 and len(stack) == 2
                assert list(stack) == [1, 2] and 1 in stack and 9 not in stack and stack[0] == 1 and stack[-1] == 2
                assert repr(stack) == "Stack([1, 2])" and f"{stack}" == "Stack([1, 2])" and stack
                assert stack._items == [1, 2] and isinstance(stack, Stack) and type(stack).__name__ == "Stack"

            def test_empty(self):
                empty = Stack()
                assert not empty and empty.peek() is None
                with pytest.raises(IndexError, match="empty stack") as caught:
                    empty.pop()
                assert caught.value.args == ("pop from empty stack",) and Stack.made >= 2
                assert Stack.__doc__ == "Last in, first out."
                assert hasattr(Stack, "push") and not hasattr(empty, "nothing")
        """,
    ),
    "a vector with operators": Honest(
        """
        import functools, math
        @functools.total_ordering
        class Vector:
            def __init__(self, x, y): self.x, self.y = x, y
            def __add__(self, o): return Vector(self.x + o.x, self.y + o.y)
            def __mul__(self, k):
                return Vector(self.x * k, self.y * k) if isinstance(k, (int, float)) else NotImplemented
            __rmul__ = __mul__
            def __neg__(self): return Vector(-self.x, -self.y)
            def __abs__(self): return math.hypot(self.x, self.y)
            def __eq__(self, o): return isinstance(o, Vector) and (self.x, self.y) == (o.x, o.y)
            def __lt__(self, o): return abs(self) < abs(o)
            def __hash__(self): return hash((self.x, self.y))
            def __matmul__(self, o): return self.x * o.x + self.y * o.y
            def __iadd__(self, o):
                self.x += o.x
                return self
            def __getattr__(self, name):
                if name == "first": return self.x
                raise AttributeError(name)
        """,
        """
        import pytest
        from solution import Vector

        def test_operators():
            v = Vector(1, 2)
            assert v + Vector(2, 2) == Vector(3, 4) and abs(Vector(3, 4)) == 5.0 and -v == Vector(-1, -2)
            assert 2 * v == v * 2 == Vector(2, 4) and v != Vector(0, 0) and v != 5 and not v == "v"
            assert v < Vector(3, 4) and Vector(3, 4) >= v and v @ v == 5 and v.first == 1
            assert {v: 1}[Vector(1, 2)] == 1 and len({v, Vector(1, 2)}) == 1 and hash(v) == hash(Vector(1, 2))
            assert sorted([Vector(3, 4), v])[0] == v and v in [Vector(1, 2)] and max(v, Vector(0, 0)) is v
            v += Vector(1, 0)
            assert v.x == 2
            with pytest.raises(TypeError):
                v * "x"
            with pytest.raises(AttributeError):
                v.third
        """,
    ),
    "linked lists that the test builds": Honest(
        """
        class ListNode:
            def __init__(self, val=0, next=None):
                self.val, self.next = val, next
        def reverse(head):
            before = None
            while head: head.next, before, head = before, head, head.next
            return before
        def merge(a, b):
            first = last = ListNode()
            while a and b:
                if a.val <= b.val: last.next, a = a, a.next
                else: last.next, b = b, b.next
                last = last.next
            last.next = a or b
            return first.next
        """,
        """
        from solution import *

        def build(values):
            head = None
            for value in reversed(values):
                head = ListNode(value, head)
            return head

        def values(node):
            found = []
            while node is not None:
                found.append(node.val)
                node = node.next
            return found

        def test_lists():
            assert values(reverse(build([1, 2, 3]))) == [3, 2, 1]
            assert values(merge(build([1, 4]), build([2, 3, 5]))) == [1, 2, 3, 4, 5]
            assert reverse(None) is None
            node = ListNode(7)
            assert reverse(node) is node and node.next is None
        """,
    ),
    "trees of the test's own class": Honest(
        "def invert(node):\n    if node:\n"
        "        node.left, node.right = invert(node.right), invert(node.left)\n    return node\n"
        "def depth(node):\n    return 0 if node is None else 1 + max(depth(node.left), depth(node.right))\n",
        """
        from solution import depth, invert

        class Node:
            def __init__(self, value, left=None, right=None):
                self.value, self.left, self.right = value, left, right

        def test_invert():
            root = Node(1, Node(2), Node(3, Node(4)))
            assert depth(root) == 3
            assert invert(root) is root and root.left.value == 3 and root.left.right.value == 4
        """,
    ),
}
