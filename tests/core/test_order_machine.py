from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.core.faults import FAULTS
from tests.core.machine import OrderMachine

pytestmark = pytest.mark.long

EFFORT = settings(
    max_examples=400,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    report_multiple_bugs=False,
    print_blob=False,
)


def test_the_promises_hold_in_a_hostile_world() -> None:
    """Stored brackets are merged once, phases only move forward, no limit is exceeded, and every order can end."""
    run_state_machine_as_test(OrderMachine, settings=EFFORT)


@pytest.mark.parametrize(("rule", "fault", "broken"), FAULTS, ids=[fault.__name__ for _, fault, _ in FAULTS])
def test_a_planted_fault_is_found(rule: str, fault: Callable[..., Any], broken: str) -> None:
    """Each planted fault breaks one of the promises."""
    faulty = type("Faulty", (OrderMachine,), {rule: staticmethod(fault)})
    with pytest.raises(AssertionError, match=broken):
        run_state_machine_as_test(faulty, settings=settings(EFFORT, max_examples=2000, phases=[Phase.generate]))
