"""Killed with SIGKILL at every named fault point: nothing is lost, and only after the dot may a mail go out twice (O1)."""

from pathlib import Path

import pytest

from deskbell.core.contract.faults import POINTS
from stand_ins.desks import new_desk
from stand_ins.killing import PASSES, allowed_repeats, finish, run, verdict
from stand_ins.smtp_sink import SmtpSink

CASES = [(point, nth) for point in POINTS for nth in sorted({1, PASSES[point]})]


@pytest.mark.parametrize(("point", "nth"), CASES)
def test_nothing_is_lost(point: str, nth: int, tmp_path: Path, database_url: str) -> None:
    ledger = tmp_path / "accepted"
    with SmtpSink(ledger=ledger) as sink:
        folder = new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port)
        killed = run(folder, point, nth)
        finish(folder)
        result = verdict(folder, ledger.read_text().split(), killed=killed)
    assert killed, f"the process never passed {point} {nth} times"
    assert (result.lost_mails, result.lost_notices) == (0, 0)
    assert result.repeats <= allowed_repeats(point, nth)
