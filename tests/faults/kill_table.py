"""Kills a desk many times at every fault point, on both databases, and writes the table of what came of it.

Run it with ``make kill-table``; it takes about a quarter of an hour. The figures are of the runs that were really made.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import track

from deskbell.core.contract.faults import POINTS
from deskbell.core.store.migrations import migrate
from stand_ins.desks import new_desk
from stand_ins.killing import PASSES, Verdict, allowed_repeats, finish, run, verdict
from stand_ins.postgresql import running_server
from stand_ins.smtp_sink import SmtpSink

TABLE = Path(__file__).parent.parent.parent / "docs" / "kill-test.md"

HEAD = """\
# Kill test

A process takes three mails in through the pipe's code path and sends the six notices that come of them to a real SMTP
server on the loopback. It kills itself with SIGKILL at the named fault point, in turn at the first, second, ... pass. Then
another process does what a restart does, with an MTA that gives again what was not acknowledged. The ledgers of what was
acknowledged and of what the server accepted lie outside the desk.

*Lost* counts acknowledged mails without a ticket and notices that were never accepted. *Twice* counts mails that the
server accepted a second time, always with the same Message-ID; *may* is how many of them the window between the server's
250 and our mark allows (marks are written per round, so it holds what the round had sent already).

Made by `make kill-table` on {date} (Python {python}, SQLite WAL synchronous=FULL, PostgreSQL 15), {runs} runs per point and
database.

| fault point | SQLite: runs | lost | twice | may | PostgreSQL: runs | lost | twice | may |
|---|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Run the kills and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="runs per fault point and database")
    runs = parser.parse_args().runs
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sink = stack.enter_context(SmtpSink())
        server = stack.enter_context(running_server())
        template = server.create()
        migrate(server.url(template))
        founders: dict[str, Callable[[Path], Path]] = {
            "sqlite": lambda folder: new_desk(folder, database_url="", smtp_port=sink.port),
            "postgresql": lambda folder: new_desk(
                folder, database_url=server.url(server.create(template=template)), smtp_port=sink.port
            ),
        }
        cases = [(point, kind, number) for point in POINTS for kind in founders for number in range(runs)]
        verdicts: dict[tuple[str, str], list[tuple[Verdict, int]]] = {}
        for point, kind, number in track(cases, description="killing"):
            nth = number % PASSES[point] + 1
            folder = work / "run" / "desk"
            shutil.rmtree(folder.parent, ignore_errors=True)
            folder.parent.mkdir()
            seen = len(sink.mails)
            founders[kind](folder)
            killed = run(folder, point, nth)
            finish(folder)
            accepted = [str(mail.message["Message-ID"]) for mail in sink.mails[seen:]]
            verdicts.setdefault((point, kind), []).append(
                (verdict(folder, accepted, killed=killed), allowed_repeats(point, nth))
            )
    write(verdicts, runs)


def write(verdicts: dict[tuple[str, str], list[tuple[Verdict, int]]], runs: int) -> None:
    """Write docs/kill-test.md; refuse to call it good when anything was lost."""
    import platform

    text = HEAD.format(date=datetime.now(UTC).date(), python=platform.python_version(), runs=runs)
    bad = 0
    for point in POINTS:
        cells = []
        for kind in ("sqlite", "postgresql"):
            own = verdicts[point, kind]
            lost = sum(each.lost_mails + each.lost_notices for each, _ in own)
            repeats = sum(each.repeats for each, _ in own)
            may = sum(allowed for _, allowed in own)
            killed = sum(each.killed for each, _ in own)
            bad += lost + (killed < len(own)) + any(each.repeats > allowed for each, allowed in own)
            cells += [killed, lost, repeats, may]
        text += f"| `{point}` | " + " | ".join(map(str, cells)) + " |\n"
    TABLE.write_text(text, encoding="utf-8")
    if bad:
        raise SystemExit(f"{TABLE.name} shows losses, kills that never came, or more repeats than the window allows.")


if __name__ == "__main__":
    main()
