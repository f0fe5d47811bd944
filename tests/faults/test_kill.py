"""Killed with SIGKILL at every named fault point: nothing is lost, and only after the dot may a mail go out twice (O1)."""

from pathlib import Path

import pytest

from deskbell.core.contract.faults import POINTS
from stand_ins.desks import new_desk
from stand_ins.killing import MAY_REPEAT, finish, run, verdict
from stand_ins.smtp_sink import SmtpSink


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_lost(point: str, nth: int, tmp_path: Path, database_url: str) -> None:
    ledger = tmp_path / "accepted"
    with SmtpSink(ledger=ledger) as sink:
        folder = new_desk(
            tmp_path / "desk",
            database_url=database_url,
            smtp_port=sink.port,
            toml='[settings]\nadmin_address = "admin@example.com"\n',
        )
        killed = run(folder, point, nth)
        finish(folder)
        result = verdict(folder, ledger.read_text().split(), killed=killed)
    assert killed, f"the process never passed {point} {nth} times"
    assert (result.lost_mails, result.lost_notices) == (0, 0)
    assert result.repeats == 0 or point in MAY_REPEAT
