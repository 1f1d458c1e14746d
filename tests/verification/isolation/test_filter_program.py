from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.verification.inside.filter_program import Block, allow, answer, decide, if_null, pick, refuse_bits

NATIVE = 0xC000003E
ALLOWED = 0x7FFF0000
KILLED = 0x80000000
REFUSED = 0x00050000 | errno.EPERM
ABSENT = 0x00050000 | errno.ENOSYS


def run(program: Block, number: int, *arguments: int, architecture: int = NATIVE) -> int:
    """What the kernel would answer."""
    words = [number, architecture, 0, 0]
    for argument in (*arguments, 0, 0, 0, 0, 0, 0)[:6]:
        words += [argument & 0xFFFFFFFF, argument >> 32]
    accumulator = position = 0
    while True:
        code, if_true, if_false, value = program[position]
        position += 1
        if code == 0x06:
            return value
        if code == 0x20:
            accumulator = words[value // 4]
        elif code == 0x54:
            accumulator &= value
        elif code == 0x05:
            position += value
        else:
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[code]
            position += if_true if holds else if_false


@given(refused=st.sets(st.integers(0, 469)), number=st.integers(0, 600))
def test_exactly_the_calls_with_a_block_are_refused(refused: set[int], number: int) -> None:
    blocks = dict.fromkeys(refused, answer(errno.EPERM))
    program = decide(NATIVE, blocks, beyond=470, unknown=answer(errno.ENOSYS))
    expected = ABSENT if number >= 470 else REFUSED if number in refused else ALLOWED
    assert run(program, number) == expected


def test_a_tree_too_long_for_short_jumps_still_decides_right() -> None:
    long_block = pick(0, list(range(100)), answer(errno.EPERM), allow())
    program = decide(NATIVE, dict.fromkeys(range(0, 400, 2), long_block), beyond=470, unknown=answer(errno.ENOSYS))
    assert [run(program, number, 5) for number in range(0, 400, 2)] == [REFUSED] * 200
    assert [run(program, number, 5) for number in range(1, 400, 2)] == [ALLOWED] * 200
    assert [run(program, number, 500) for number in range(0, 400, 2)] == [ALLOWED] * 200
    assert all(0 <= jump <= 255 for instruction in program for jump in instruction[1:3])


def test_calls_of_another_architecture_kill() -> None:
    program = decide(NATIVE, {}, beyond=470, unknown=answer(errno.ENOSYS))
    assert run(program, 20, architecture=0x40000003) == KILLED
    assert run(program, 0x40000000 + 39) == ABSENT  # x32


@pytest.mark.parametrize(("pointer", "expected"), [(0, ALLOWED), (1, REFUSED), (1 << 32, REFUSED), (1 << 63, REFUSED)])
def test_a_pointer_is_null_only_with_both_halves(pointer: int, expected: int) -> None:
    program = decide(NATIVE, {7: if_null(2, allow(), answer(errno.EPERM))}, beyond=470, unknown=allow())
    assert run(program, 7, 9, 9, pointer) == expected


def test_bits_and_masked_values_are_told_apart() -> None:
    blocks = {
        1: refuse_bits(0, 0b110, answer(errno.EPERM), allow()),
        2: pick(1, [1, 2], allow(), answer(errno.EPERM), mask=0xF),
    }
    program = decide(NATIVE, blocks, beyond=470, unknown=allow())
    assert [run(program, 1, bits) for bits in (0b001, 0b010, 0b100, 1 << 33)] == [ALLOWED, REFUSED, REFUSED, ALLOWED]
    assert [run(program, 2, 0, kind) for kind in (1, 2, 3, 0x80001, 0x80003)] == [
        *(ALLOWED, ALLOWED, REFUSED),
        *(ALLOWED, REFUSED),
    ]
