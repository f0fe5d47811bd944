"""What tests of due dates ask for."""

import pytest

from stand_ins.planned_desk import PlannedDesk, planned_desk
from stand_ins.small_desk import SmallDesk


@pytest.fixture
def planned(desk: SmallDesk) -> PlannedDesk:
    """The small desk with plans, on either database; its clock begins on Monday, 2 March 2026, 9:00 UTC."""
    return planned_desk(desk)
