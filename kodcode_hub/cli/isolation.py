"""The option ``--isolation`` of the commands that run trials."""

from __future__ import annotations

from enum import Enum


class Isolation(Enum):
    """What is asked for; only ``none`` runs trials where nothing isolates them."""

    auto = "auto"
    strict = "strict"
    none = "none"
