from __future__ import annotations

import pytest

from kodcode_hub.verification.preloads import DEFAULT_PRELOADS, preloads_for

ALL = tuple(sorted(DEFAULT_PRELOADS))


@pytest.mark.parametrize(
    ("solution", "preloads"),
    [
        ("def f(): ...", ()),
        ("import numpy as np", ("numpy",)),
        ("import os, numpy.linalg as la, sympy\n", ALL),
        ("from sympy import symbols", ALL),
        ("import pandas as pd", ALL),
        ("from scipy.special import expit", ALL),
        ("try:\n    import numpy\nexcept ImportError:\n    numpy = None", ("numpy",)),
        ("def f():\n\tfrom numpy import array", ("numpy",)),
        ("import numpyro", ()),
        ("# import numpy", ()),
        ("numpy = 'numpy'\nimport", ()),
        ("from . import numpy", ()),
        ("import numpy,\nfrom\n", ("numpy",)),
        ("import numpy\r\n", ("numpy",)),
        ("import json; import os", ()),
    ],
)
def test_libraries_are_read_from_import_lines(solution: str, preloads: tuple[str, ...]) -> None:
    assert preloads_for(solution, "def test_a(): ...") == preloads
    assert preloads_for("", solution) == preloads


def test_both_texts_count_and_the_order_does_not() -> None:
    assert preloads_for("import sympy", "import numpy") == preloads_for("import numpy", "import sympy")


def test_only_what_is_configured_is_preloaded() -> None:
    assert preloads_for("import pandas, numpy, sympy", "", ()) == ()
    assert preloads_for("import pandas, numpy, sympy", "", ("pandas",)) == ("pandas",)
    assert preloads_for("import sklearn", "", ("numpy",)) == ()
