"""One journey for each built-in plugin: from a raw mail or a command to the mails that a real server received.

The mails are compared with golden files: headers that people see, text and HTML. After a wanted change run ``pytest
tests/journeys/test_every_plugin.py --golden`` and read the difference before committing it.
"""

import re
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import text

from deskbell.core.app import acting, configuring, due, logins
from deskbell.core.app.acting import NewTicketWish, ReplyWish
from deskbell.core.app.opening import Desk
from deskbell.core.app.rounds import work_off
from deskbell.core.contract.events import DeliveryBounced
from deskbell.core.contract.faults import Fault
from deskbell.core.contract.people import SYSTEM
from deskbell.core.desk.logins import AccountKind
from deskbell.core.store import journal, tickets
from deskbell.core.store.database import DatabaseFailed
from stand_ins.clock import FrozenClock
from stand_ins.desks import MAIL, new_desk, opened, receive
from stand_ins.smtp_sink import ReceivedMail, SmtpSink

GOLDEN = Path(__file__).parent / "golden"

TOML = """
[settings]
desk_name = "Example Help"

[agents."ann@example.com"]
name = "Ann Lee"

[agents."bob@example.com"]
name = "Bob Ray"

[agents."cleo@example.com"]
name = "Cleo Ortiz"

[agents."dan@example.com"]
name = "Dan Moor"

[departments.Support]
manager = "ann@example.com"
members = ["ann@example.com", "bob@example.com"]
signature = "Support team\\nExample Ltd"
address = "support@example.com"
autoresponse_address = "answers@example.com"

[departments.Sales]
manager = "cleo@example.com"
members = ["cleo@example.com"]

[teams.Network]
lead = "dan@example.com"
members = ["dan@example.com"]
"""

PLAN = """
[schedules.Office]
time_zone = "Europe/Berlin"
week = { mon = ["09:00-17:00"], tue = ["09:00-17:00"], wed = ["09:00-17:00"], thu = ["09:00-17:00"], fri = ["09:00-17:00"] }

[sla_plans.Standard]
schedule = "Office"
grace = "8h"
due_soon = "1h"
steps = [{ after = "2h", roles = ["department_manager"] }]

[settings]
sla_plan = "Standard"
"""


@attrs.frozen(kw_only=True)
class Scene:
    """A desk, its clock and the server that its mails go to."""

    desk: Desk
    clock: FrozenClock
    sink: SmtpSink

    def mail(self, number: int = 1, **headers: str) -> None:
        """A new request of Ada's."""
        raw = MAIL.replace(b"<one@", f"<{number}@".encode())
        lines = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
        receive(self.desk, lines.encode() + raw)

    def ticket(self, **wish: Any) -> str:
        """A ticket of Ada's, by the API."""
        facts = {"sender": "ada@customer.example", "subject": "No toner", "text": "The printer is empty.", **wish}
        acting.open_ticket(self.desk, NewTicketWish(sender_name="Ada Moss", **facts))
        return "100001"


Journey = Callable[[Scene], None]


def new_ticket(scene: Scene) -> None:
    scene.mail()


def opened_by_agent(scene: Scene) -> None:
    wish = {"by": "bob@example.com", "text": "We will come on Tuesday.", "cc": ("carl@customer.example",)}
    scene.ticket(**wish)


def message(scene: Scene) -> None:
    number = scene.ticket(agent="bob@example.com")
    acting.post_message(scene.desk, number, sender="ada@customer.example", text="The blue one, by the way.")


def message_with_collaborator(scene: Scene) -> None:
    number = scene.ticket()
    acting.add_collaborator(scene.desk, number, by=None, address="carl@customer.example", name="Carl Fox")
    acting.post_message(scene.desk, number, sender="ada@customer.example", text="The blue one, by the way.")


def too_many(scene: Scene) -> None:
    scene.mail(1)
    scene.mail(2)
    scene.mail(3)


def reply(scene: Scene) -> None:
    number = scene.ticket()
    acting.add_collaborator(scene.desk, number, by=None, address="carl@customer.example", name="Carl Fox")
    acting.reply(scene.desk, number, ReplyWish(text="It is on its way."), by="bob@example.com")


def note(scene: Scene) -> None:
    number = scene.ticket(agent="bob@example.com")
    acting.note(scene.desk, number, by="ann@example.com", text="Check the <third> floor & the cellar.")


def assigned(scene: Scene) -> None:
    number = scene.ticket()
    acting.assign(
        scene.desk, number, by="ann@example.com", agent="bob@example.com", team="Network", comment="You know it best."
    )


def transferred(scene: Scene) -> None:
    number = scene.ticket(agent="bob@example.com")
    acting.transfer(scene.desk, number, by="ann@example.com", department="Sales", comment="A question of price.")


def time_passes(scene: Scene) -> None:
    scene.ticket(agent="bob@example.com")
    # Opened on Monday at 10:00 in Berlin; eight business hours later it is Tuesday, 10:00.
    for _ in range(30):
        scene.clock.advance(hours=1)
        due.look(scene.desk)


def mentioned(scene: Scene) -> None:
    number = scene.ticket()
    acting.note(scene.desk, number, by="ann@example.com", text="@bob can you have a look?")


def refused_delivery(scene: Scene) -> None:
    number = scene.ticket(agent="bob@example.com")
    work_off(scene.desk)
    scene.sink.refuse("ada@customer.example", "550 5.1.1 no such user")
    acting.reply(scene.desk, number, ReplyWish(text="It is on its way."), by="bob@example.com")


def bounced_delivery(scene: Scene) -> None:
    # No mail is read as a bounce yet: the event enters where that will write it.
    number = scene.ticket(agent="bob@example.com")
    with scene.desk.db.writing() as session:
        event = DeliveryBounced(
            id=0,
            act="bounce",
            at=scene.clock.now(),
            actor=SYSTEM,
            delivery_id=1,
            plugin="reply-to-end-user",
            channel="smtp",
            address="ada@customer.example",
            reason="550 5.1.1 no such user",
            permanent=True,
            to_end_user=True,
            ticket=tickets.find_number(session, number),
        )
        events = journal.append(session, [event])
    scene.desk.ring(events)


def fault(scene: Scene) -> None:
    scene.desk.watch.report(Fault(fingerprint="disk", title="The disk is full", detail="No space left on device"))
    scene.desk.ring(())


def database_fault(scene: Scene) -> None:
    with pytest.raises(DatabaseFailed), scene.desk.db.reading() as session:
        session.execute(text("SELECT 1 FROM nowhere"))
    scene.desk.ring(())


def failed_logins(scene: Scene) -> None:
    for _ in range(11):
        logins.failed(scene.desk, account="ann@example.com", kind=AccountKind.AGENT, network="203.0.113.9")


@attrs.frozen(kw_only=True)
class Case:
    """A journey, what is set for it, and which mails the plugin causes: address and beginning of the subject.

    What the databases put into words of their own is golden for each of them.
    """

    journey: Journey
    toml: str = ""
    mails: tuple[tuple[str, str], ...]
    per_database: bool = False


ADA, CARL = "ada@customer.example", "carl@customer.example"
ADMIN, ANN, BOB = "admin@example.com", "ann@example.com", "bob@example.com"
CLEO, DAN = "cleo@example.com", "dan@example.com"


def switched(plugin: str, position: str = "on") -> str:
    return f'\n[switches.{plugin}]\nposition = "{position}"\n'


CASES: dict[str, Case] = {
    "new-ticket-autoresponse": Case(journey=new_ticket, mails=((ADA, "[#100001] We have received your request"),)),
    "new-ticket-alert": Case(
        journey=new_ticket,
        mails=(
            (ADMIN, "[#100001] New ticket: The printer is out of toner"),
            (ANN, "[#100001] New ticket: The printer is out of toner"),
        ),
    ),
    "new-ticket-by-agent-notice": Case(
        journey=opened_by_agent, mails=((ADA, "[#100001] No toner"), (CARL, "[#100001] No toner"))
    ),
    "new-message-autoresponse": Case(
        journey=message, toml=switched("new-message-autoresponse"), mails=((ADA, "[#100001] No toner"),)
    ),
    "new-message-participant-notice": Case(journey=message_with_collaborator, mails=((CARL, "[#100001] No toner"),)),
    "overlimit-notice": Case(
        journey=too_many,
        toml="\n[departments.Support]\nticket_limit = 1\n",
        mails=(
            (ADA, "[#100001] You have reached the limit of open requests"),
            (ADA, "Your request was not opened"),
        ),
    ),
    "reply-to-end-user": Case(journey=reply, mails=((ADA, "[#100001] No toner"), (CARL, "[#100001] No toner"))),
    "new-message-alert": Case(journey=message, mails=((BOB, "[#100001] New message: No toner"),)),
    "internal-note-alert": Case(journey=note, mails=((BOB, "[#100001] New note: No toner"),)),
    "ticket-assignment-alert": Case(
        journey=assigned,
        mails=(
            (BOB, "[#100001] Assigned to Bob Ray and team Network: No toner"),
            (DAN, "[#100001] Assigned to Bob Ray and team Network: No toner"),
        ),
    ),
    "ticket-transfer-alert": Case(
        journey=transferred,
        mails=((BOB, "[#100001] Now in Sales: No toner"), (CLEO, "[#100001] Now in Sales: No toner")),
    ),
    "ticket-overdue-alert": Case(
        journey=time_passes,
        toml=PLAN,
        mails=(
            (ADMIN, "[#100001] Overdue: No toner"),
            (BOB, "[#100001] Overdue: No toner"),
            (ANN, "[#100001] Overdue: No toner"),
        ),
    ),
    "ticket-due-soon-alert": Case(
        journey=time_passes,
        toml=PLAN + switched("ticket-due-soon-alert"),
        mails=((BOB, "[#100001] Due soon: No toner"),),
    ),
    "escalation-alert": Case(
        journey=time_passes,
        toml=PLAN + switched("escalation-alert"),
        mails=((ANN, "[#100001] Nobody has answered for 2 hours: No toner"),),
    ),
    "mention-alert": Case(journey=mentioned, mails=((BOB, "[#100001] Ann Lee mentioned you: No toner"),)),
    "delivery-failed-alert": Case(journey=refused_delivery, mails=((BOB, "[#100001] Not delivered: No toner"),)),
    "delivery-bounced-alert": Case(journey=bounced_delivery, mails=((BOB, "[#100001] Came back: No toner"),)),
    "system-error-alert": Case(journey=fault, mails=((ADMIN, "Example Help: The disk is full"),)),
    "database-error-alert": Case(
        journey=database_fault, mails=((ADMIN, "Example Help: database error: "),), per_database=True
    ),
    "excessive-login-alert": Case(
        journey=failed_logins, mails=((ADMIN, "Example Help: 11 failed logins in 15 minutes"),)
    ),
}


def test_every_built_in_plugin_has_a_journey() -> None:
    built_in = {each.name for each in entry_points(group="deskbell") if each.value.startswith("deskbell.plugins.")}
    # The filters send nothing themselves; their journeys are in test_filters.py.
    assert set(CASES) == built_in - {"ticket-filters"}


@pytest.mark.parametrize("plugin", CASES)
def test_the_mails_arrive(
    plugin: str,
    tmp_path: Path,
    database_url: str,
    smtp_sink: SmtpSink,
    pytestconfig: pytest.Config,
    database_kind: str,
) -> None:
    case = CASES[plugin]
    folder = new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port, toml=TOML)
    clock = FrozenClock()
    with opened(folder, clock=clock) as desk:
        _apply(desk, tmp_path, case.toml)
        case.journey(Scene(desk=desk, clock=clock, sink=smtp_sink))
        work_off(desk)
        work_off(desk)
        caused = _caused_by(desk, plugin)
    mails = [mail for mail in smtp_sink.mails if (mail.message["Message-ID"], mail.recipients[0]) in caused]
    mails.sort(key=lambda each: (each.recipients[0], str(each.message["Subject"])))
    assert [mail.recipients[0] for mail in mails] == sorted(address for address, _ in case.mails)
    for mail, (_, subject) in zip(mails, sorted(case.mails), strict=True):
        assert str(mail.message["Subject"]).startswith(subject)
    for number, mail in enumerate(mails, start=1):
        kind = f"-{database_kind}" if case.per_database else ""
        file = GOLDEN / f"{plugin}-{number}{kind}.txt"
        shown = _shown(mail)
        if pytestconfig.getoption("--golden") and (case.per_database or database_kind == "sqlite"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(shown, encoding="utf-8")
        assert shown == file.read_text(encoding="utf-8"), f"{file.name} is not what arrived"


def _apply(desk: Desk, folder: Path, toml: str) -> None:
    if toml:
        file = folder / "more.toml"
        file.write_text(toml, encoding="utf-8")
        configuring.apply(desk, file, prune=False)


def _caused_by(desk: Desk, plugin: str) -> set[tuple[str, str]]:
    with desk.db.reading() as session:
        rows = session.execute(
            text("SELECT message_id, address FROM deliveries WHERE plugin = :plugin"), {"plugin": plugin}
        )
        return {(row.message_id, row.address) for row in rows}


SEEN = ("From", "To", "Cc", "Subject", "Auto-Submitted", "X-Auto-Response-Suppress", "Date")


def _shown(mail: ReceivedMail) -> str:
    """What a reader sees: the headers, the text, the HTML."""
    lines = [f"envelope: {mail.sender or '<>'} -> {mail.recipients[0]}"]
    lines += [f"{name}: {mail.message[name]}" for name in SEEN if mail.message[name] is not None]
    lines += ["", _part(mail, "plain"), "-" * 40, _part(mail, "html")]
    return re.sub(r"<db\.[a-z2-7]+@", "<db.TOKEN@", "\n".join(lines)).rstrip() + "\n"


def _part(mail: ReceivedMail, kind: str) -> str:
    body = mail.message.get_body((kind,))
    return "" if body is None else str(body.get_content()).replace("\r\n", "\n")
