from __future__ import annotations

import pytest

from tests.verification.isolation.honest_programs import EVERYWHERE, WITH_A_NETWORK
from tests.verification.isolation.running import TIERS, USERS, run_in


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("tier", TIERS)
def test_odd_but_honest_programs_work_in_every_tier(tier: str, user: str) -> None:
    run_in(tier, user, *(f"# {name}{program}" for name, program in EVERYWHERE.items()))


@pytest.mark.parametrize("user", USERS)
def test_namespaces_have_a_network_and_the_usual_folders(user: str) -> None:
    run_in("namespaces", user, *(f"# {name}{program}" for name, program in WITH_A_NETWORK.items()))


@pytest.mark.parametrize("tier", TIERS)
def test_a_module_that_was_imported_before_is_changed_too(tier: str) -> None:
    program = EVERYWHERE["queues, locks, values and events between processes"]
    run_in(tier, "ordinary", program, before="import multiprocessing.shared_memory, multiprocessing.heap")


def test_a_semaphore_for_processes_that_are_not_forked_is_refused_not_shared_wrongly() -> None:
    program = """
import multiprocessing
try:
    multiprocessing.get_context("spawn").Lock()
except PermissionError as error:
    print(error.strerror)
"""
    assert "forked" in run_in("landlock", "ordinary", program)
