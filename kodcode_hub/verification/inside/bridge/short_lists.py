"""What T takes from S by its name alone: short lists.

A test calls what it gets with what it got before: were ``exec`` on a list, S could answer with it where a function is
expected.
"""

from __future__ import annotations

from .words import words

FUNCTIONS = words(
    "abs all any ascii bin callable chr divmod format hash hex id isinstance issubclass iter len max min next oct"
    " ord pow print repr reversed round sorted sum"
)
TYPES = words(
    "bool bytearray bytes complex dict enumerate filter float frozenset int list map object range reversed set"
    " slice str tuple zip"
)
TYPES_OF_MODULES = {
    "collections": "Counter OrderedDict defaultdict deque ChainMap UserDict UserList UserString",
    "collections.abc": "Callable Collection Container Generator Hashable Iterable Iterator Mapping MutableMapping"
    " MutableSequence MutableSet Sequence Set Sized",
    "datetime": "date datetime time timedelta timezone tzinfo",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "uuid": "UUID",
    "enum": "Enum Flag IntEnum IntFlag StrEnum",
    "numbers": "Complex Integral Number Rational Real",
    "abc": "ABC ABCMeta",
    "array": "array",
    "types": "SimpleNamespace GeneratorType NoneType",
    "typing": "Generic",
    "pathlib": "Path PosixPath PurePath PurePosixPath PureWindowsPath",
}
HARMLESS_MODULES = words(
    "abc bisect cmath collections collections.abc copy dataclasses datetime decimal enum fractions functools"
    " heapq itertools json math numbers operator re statistics string textwrap typing unicodedata uuid"
)
FUNCTIONS_OF_MODULES = frozenset({"math", "cmath", "statistics", "itertools", "bisect", "heapq"})
SCIENCE = ("numpy", "pandas", "scipy")
NUMPY_TYPES = words(
    "ndarray generic number integer floating bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16"
    " float32 float64 complex64 complex128 str_ bytes_ datetime64 timedelta64"
)
TYPES_BY_NAME = frozenset(
    [f"builtins:{name}" for name in TYPES]
    + [f"{module}:{name}" for module, names in TYPES_OF_MODULES.items() for name in names.split()]
    + [f"numpy:{name}" for name in NUMPY_TYPES]
)
NEVER_IMPORTED = words("antigravity this idlelib turtle turtledemo tkinter test lib2to3 ensurepip pip __main__")
