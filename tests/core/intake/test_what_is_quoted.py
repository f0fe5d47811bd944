"""Which mails are searched for what they repeat, and what of them the thread keeps."""

import attrs
import pytest

from deskbell.core.contract.events import MessagePosted, TicketCreated
from deskbell.core.contract.tickets import Entry
from deskbell.core.intake.receive import Intake
from stand_ins.letters import raw_mail
from stand_ins.small_desk import SmallDesk

MARKER = "-- Please write your answer above this line --"
REPLY = "The red one.\r\n\r\nOn Mon, Mar 2, 2026 at 10:12 AM Help <help@example.com> wrote:\r\n\r\n> Which one?"


def entry_of(intake: Intake, raw: bytes) -> Entry:
    event, *_ = intake.process([intake.accept(raw, envelope_from=None, envelope_to=(), source="test")])
    assert isinstance(event, (TicketCreated, MessagePosted))
    assert event.entry is not None
    return event.entry


def test_an_answer_keeps_all_its_text_and_knows_what_of_it_is_new(intake: Intake) -> None:
    entry_of(intake, raw_mail())
    entry = entry_of(intake, raw_mail(message_id="<2@x>", answers="<first@customer.example>", text=REPLY))
    assert entry.text.strip() == REPLY.replace("\r\n", "\n")
    assert entry.fresh == "The red one."


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("fields", "is_cut"),
    [
        ({"subject": "Re: Printer"}, True),
        ({"subject": "Printer", "answers": "<unknown@x>"}, True),
        ({"subject": "Printer", "references": "<unknown@x>"}, True),
        ({"subject": "Printer"}, False),
        ({"subject": "Fwd: Printer", "references": "<unknown@x>"}, False),
    ],
)
def test_a_mail_that_opens_a_ticket_is_cut_only_if_it_answers_something(
    intake: Intake, fields: dict[str, str], is_cut: bool
) -> None:
    entry = entry_of(intake, raw_mail(text=REPLY, **fields))
    assert (entry.fresh == "The red one.") is is_cut
    assert bool(entry.quoted) is is_cut


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "markup",
    [
        (
            "<p>The red one.</p><div class=gmail_quote><div>On Mon, Mar 2, 2026 at 10:12 AM Help &lt;<a>h@x.example</a>&gt; wrote:"
            "<br></div><blockquote class=gmail_quote style='border-left:1px solid'>Which one?</blockquote></div>"
        ),
        (
            "<blockquote type=cite><div>On 2 Mar 2026, at 10:12, Help &lt;h@x.example&gt; wrote:</div>Which one?</blockquote>"
            "<div>The red one.</div>"
        ),
        f"<div>The red one.</div><div><p style='color:#767676'>{MARKER}</p><p>Which one?</p></div>",
        (
            "<p>The red one.</p><div style='border-top:solid 1pt'><p><b>Von:</b> Help &lt;h@x.example&gt;<br><b>Gesendet:</b> Montag"
            "<br><b>An:</b> Ada<br><b>Betreff:</b> AW: Printer</p></div><p>Which one?</p>"
        ),
        (
            "<div>The red one.</div><hr><div id=divRplyFwdMsg><b>From:</b> Help<br><b>Sent:</b> Monday<br><b>To:</b> Ada<br>"
            "<b>Subject:</b> Re: Printer</div><div>Which one?</div>"
        ),
    ],
)
def test_an_answer_in_html_alone_is_cut_too(intake: Intake, markup: str) -> None:
    raw = raw_mail(subject="Re: Printer", text=markup, more="Content-Type: text/html; charset=utf-8")
    assert entry_of(intake, raw).fresh == "The red one."


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_indented_words_of_ones_own_are_no_quote(intake: Intake) -> None:
    markup = "<p>Look:</p><blockquote style='margin:0 0 0 40px;border:none;padding:0'>it blinks</blockquote>"
    raw = raw_mail(subject="Re: Printer", text=markup, more="Content-Type: text/html; charset=utf-8")
    assert entry_of(intake, raw).fresh == "Look:\n\nit blinks"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_a_plugin_made_of_the_text_is_what_is_looked_at(desk: SmallDesk, intake: Intake) -> None:
    entry_of(intake, raw_mail())
    desk.hooks.on_message = lambda draft: attrs.evolve(draft, text=f"[seen]\n{draft.text}")
    entry = entry_of(intake, raw_mail(message_id="<2@x>", answers="<first@customer.example>", text=REPLY))
    assert entry.fresh == "[seen]\nThe red one."
