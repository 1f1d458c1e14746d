"""Classic BPF for filters of system calls: blocks of instructions, each of which ends with an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Instruction(NamedTuple):
    """One ``struct sock_filter``."""

    code: int
    if_true: int
    if_false: int
    value: int


Block = list[Instruction]

_LOAD = 0x20
_AND = 0x54
_GO = 0x05
_IF_EQUAL = 0x15
_IF_AT_LEAST = 0x35
_IF_ANY_BIT = 0x45
_RETURN = 0x06
_KILL_PROCESS = 0x80000000
_ERROR = 0x00050000
_ALLOW = 0x7FFF0000
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_FARTHEST_JUMP = 255


def allow() -> Block:
    """The call is made."""
    return [Instruction(_RETURN, 0, 0, _ALLOW)]


def answer(error: int) -> Block:
    """The call is not made and fails with this error number; with 0 it pretends to have succeeded."""
    return [Instruction(_RETURN, 0, 0, _ERROR | error)]


def pick(argument: int, values: Sequence[int], listed: Block, otherwise: Block, *, mask: int = 0xFFFFFFFF) -> Block:
    """By whether the lower half of an argument (0 to 5), masked, is one of the values."""
    block = [_load(argument)]
    if mask != 0xFFFFFFFF:
        block.append(Instruction(_AND, 0, 0, mask))
    for position, value in enumerate(values):
        distance = len(values) - 1 - position + len(otherwise)
        block.append(Instruction(_IF_EQUAL, distance, 0, value))
    return [*block, *otherwise, *listed]


def refuse_bits(argument: int, bits: int, refused: Block, otherwise: Block) -> Block:
    """By whether the lower half of an argument has any of the bits."""
    return [_load(argument), Instruction(_IF_ANY_BIT, 0, len(refused), bits), *refused, *otherwise]


def if_null(argument: int, null: Block, otherwise: Block) -> Block:
    """By whether both halves of an argument, a pointer, are zero."""
    upper = [_load(argument, upper=True), Instruction(_IF_EQUAL, len(otherwise), 0, 0), *otherwise, *null]
    return [_load(argument), Instruction(_IF_EQUAL, len(otherwise), 0, 0), *otherwise, *upper]


def decide(architecture: int, blocks: Mapping[int, Block], *, beyond: int, unknown: Block) -> Block:
    """The whole program: a search tree over the call numbers, with the calls in no block allowed.

    Args:
        architecture: the one whose numbers these are; a call by another's kills the process.
        blocks: call number to what is done about it.
        beyond: the first number that is not known; the calls from it on, x86's x32 calls among them, are ``unknown``.
    """
    starts: list[tuple[int, Block]] = [(0, allow())]
    for number in sorted(blocks):
        starts += [(number, blocks[number]), (number + 1, blocks.get(number + 1, allow()))]
    starts = [start for start in starts if start[0] < beyond]
    spans = [span for index, span in enumerate(starts) if index == 0 or span[1] != starts[index - 1][1]]
    return [
        Instruction(_LOAD, 0, 0, _ARCHITECTURE_AT),
        Instruction(_IF_EQUAL, 1, 0, architecture),
        Instruction(_RETURN, 0, 0, _KILL_PROCESS),
        Instruction(_LOAD, 0, 0, _NUMBER_AT),
        *_tree([*spans, (beyond, unknown)]),
    ]


def _tree(spans: list[tuple[int, Block]]) -> Block:
    """``spans``: the number at which each begins, in order. Short for every call, because the kernel walks it for all
    numbers when the filter is installed."""
    if len(spans) == 1:
        return spans[0][1]
    middle = len(spans) // 2
    below, above = _tree(spans[:middle]), _tree(spans[middle:])
    if len(below) <= _FARTHEST_JUMP:
        return [Instruction(_IF_AT_LEAST, len(below), 0, spans[middle][0]), *below, *above]
    return [
        Instruction(_IF_AT_LEAST, 0, 1, spans[middle][0]),
        Instruction(_GO, 0, 0, len(below)),
        *below,
        *above,
    ]


def _load(argument: int, *, upper: bool = False) -> Instruction:
    return Instruction(_LOAD, 0, 0, _ARGUMENTS_AT + 8 * argument + (4 if upper else 0))  # little endian
