"""A ticket's life by hand, from the command line: each subcommand once, what it says, and what is seen afterwards."""

from typing import Any

import pytest

from stand_ins.command_line import Cli

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

ANN, BOB = "ann@example.com", "bob@example.com"
ADA, BO = "ada@customer.example", "bo@customer.example"
NUMBER = "100001"


@pytest.fixture
def ticket(cli: Cli) -> Cli:
    """The command line of a desk with one ticket."""
    cli("ticket", "open", "--from", ADA, "--from-name", "Ada", "--subject", "Toner", "--text", "It is empty.")
    return cli


def said(output: str) -> list[str]:
    """The names of the events that a command says, or its sentence."""
    return [line.partition(": ticket ")[0] for line in output.splitlines()]


def shown(cli: Cli, number: str = NUMBER) -> dict[str, Any]:
    found: dict[str, Any] = cli.json("ticket", "show", number)["ticket"]
    return found


def test_answered_until_it_is_closed(ticket: Cli) -> None:
    reply = ("ticket", "reply", NUMBER, "--by", BOB)
    assert said(ticket(*reply, "--status", "waiting", stdin=b"Which printer?\n")) == [
        "reply_posted",
        "ticket_status_changed",
    ]
    assert [row["number"] for row in ticket.json("ticket", "list", "--status", "waiting")] == [NUMBER]
    assert ticket.json("ticket", "list") == []
    found = shown(ticket)
    assert (found["status"], found["agent"]["address"], found["last_respondent"]["name"]) == ("waiting", BOB, "Bob Ray")
    note = ticket("ticket", "note", NUMBER, "--by", BOB, "--text", "@ann do you know? @nobody")
    assert said(note) == ["note_posted", "agent_mentioned"]
    assert said(ticket("ticket", "close", NUMBER, "--by", ANN)) == ["ticket_closed", "ticket_status_changed"]
    assert said(ticket("ticket", "close", NUMBER)) == ["Nothing changed."]
    assert said(ticket("ticket", "reopen", NUMBER)) == ["ticket_reopened", "ticket_status_changed"]
    assert said(ticket("ticket", "wait", NUMBER)) == ["ticket_status_changed"]
    assert said(ticket("ticket", "message", NUMBER, "--from", ADA, "--text", "The big one."))[0] == "message_posted"
    assert shown(ticket)["status"] == "open"
    explained = ticket("explain", NUMBER)
    assert "reply_posted" in explained


def test_given_from_hand_to_hand(ticket: Cli) -> None:
    assert said(ticket("ticket", "assign", NUMBER, "--agent", BOB)) == ["ticket_assigned"]
    assert said(ticket("ticket", "unassign", NUMBER, "--team")) == ["Nothing changed."]
    assert said(ticket("ticket", "unassign", NUMBER, "--by", BOB)) == ["ticket_unassigned"]
    assert said(ticket("ticket", "priority", NUMBER, "urgent")) == ["priority_changed"]
    assert said(ticket("ticket", "acknowledge", NUMBER, "--by", ANN)) == ["ticket_acknowledged"]
    assert said(ticket("ticket", "acknowledge", NUMBER, "--by", BOB)) == ["Nothing changed."]
    assert ticket("ticket", "watch", NUMBER, "--by", BOB) == f"{BOB} watches ticket {NUMBER}.\n"
    assert ticket("ticket", "watch", NUMBER, "--by", BOB) == "Nothing changed.\n"
    assert [agent["address"] for agent in shown(ticket)["watchers"]] == [BOB]
    assert ticket("ticket", "unwatch", NUMBER, "--by", BOB) == f"{BOB} no longer watches ticket {NUMBER}.\n"
    assert said(ticket("ticket", "transfer", NUMBER, "support")) == ["Nothing changed."]
    wrong = ticket("ticket", "transfer", NUMBER, "Suport", code=1)
    assert "There is no department named 'Suport'. Did you mean 'Support'?" in wrong
    assert "may not open ticket 100001" not in wrong


def test_those_who_take_part(ticket: Cli) -> None:
    command = ("ticket", "collaborator")
    assert said(ticket(*command, "add", NUMBER, BO, "--name", "Bo Finch")) == ["collaborator_added"]
    assert ticket(*command, "deactivate", NUMBER, BO) == f"{BO} gets no mail about ticket {NUMBER} any longer.\n"
    assert said(ticket(*command, "deactivate", NUMBER, BO)) == ["Nothing changed."]
    assert f"Bo Finch <{BO}> (inactive)" in ticket("ticket", "show", NUMBER)
    assert said(ticket(*command, "activate", NUMBER, BO)) == ["collaborator_added"]
    assert said(ticket("ticket", "reply", NUMBER, "--by", BOB, "--to", BO, "--text", "Soon.")) == ["reply_posted"]
    assert "not both" in ticket(
        "ticket", "reply", NUMBER, "--by", BOB, "--to", BO, "--owner-only", "--text", "x", code=2
    )
    assert ticket(*command, "remove", NUMBER, BO) == f"{BO} takes part in ticket {NUMBER} no longer.\n"
    assert "the owner of ticket 100001" in ticket(*command, "add", NUMBER, ADA, code=1)
    assert "an address of the desk itself" in ticket(*command, "add", NUMBER, "support@example.com", code=1)


def test_two_tickets_become_one_and_later_mail_lands_there(ticket: Cli) -> None:
    mail = b"From: Bo Finch <bo@customer.example>\nTo: support@example.com\nSubject: %s\nMessage-ID: <%s@c.example>\n\n%s\n"
    ticket("mail", "receive", stdin=mail % (b"Toner", b"one", b"Here as well."))
    assert said(ticket("ticket", "merge", "100002", "--into", NUMBER, "--by", ANN)) == [
        "ticket_merged",
        "ticket_closed",
        "ticket_status_changed",
    ]
    gone = ticket("ticket", "show", "100002")
    assert f"It was merged into ticket {NUMBER}" in gone
    assert "Here as well." not in gone
    assert [each["user"]["address"] for each in shown(ticket)["collaborators"]] == [BO]
    ticket("mail", "receive", stdin=mail % (b"Re: [#100002] Toner", b"two", b"By its number."))
    ticket(
        "mail",
        "receive",
        stdin=mail.replace(b"Message-ID", b"In-Reply-To: <one@c.example>\nMessage-ID")
        % (b"Re", b"three", b"By its mail."),
    )
    thread = ticket.json("ticket", "show", NUMBER)["entries"]
    assert [entry["text"].strip() for entry in thread] == [
        "It is empty.",
        "Here as well.",
        "By its number.",
        "By its mail.",
    ]
    assert [row["number"] for row in ticket.json("ticket", "list", "--status", "all")] == ["100002", NUMBER]
    assert "was merged into ticket 100001: act on that one." in ticket("ticket", "reopen", "100002", code=1)
    assert "cannot be merged into itself" in ticket("ticket", "merge", NUMBER, "--into", NUMBER, code=1)


@pytest.mark.parametrize("command", ["reply", "note", "acknowledge", "watch", "unwatch"])
def test_what_only_agents_do_wants_one(cli: Cli, command: str) -> None:
    assert "Missing option '--by'" in cli("ticket", command, NUMBER, code=2)


def test_what_cannot_be_used_is_said_in_a_sentence(ticket: Cli) -> None:
    octet = b"\xff".decode(errors="surrogateescape")
    opening = ("ticket", "open", "--from", ADA, "--text", "It is empty.", "--subject")
    assert "The subject of the ticket: it has more than one line." in ticket(*opening, "one\ntwo", code=1)
    assert "the octet 0xFF" in ticket(*opening, octet, code=1)
    assert "the octet 0xFF" in ticket(*opening, "Ink", "--from-name", octet, code=1)
    assert "no mail address" in ticket(*opening, "Ink", "--cc", octet, code=1)
    assert "There is no department" in ticket(*opening, "Ink", "--department", octet, code=1)
    assert "The comment: it holds" in ticket("ticket", "assign", NUMBER, "--agent", BOB, "--comment", octet, code=1)
    assert "There is no agent" in ticket("ticket", "assign", NUMBER, "--agent", octet, code=1)
    assert "There is no agent" in ticket("ticket", "close", NUMBER, "--by", octet, code=1)
    assert "There is no ticket" in ticket("ticket", "show", octet, code=1)
    assert "There is no ticket" in ticket("ticket", "merge", NUMBER, "--into", octet, code=1)
    assert "There is no collaborator" in ticket("ticket", "collaborator", "remove", NUMBER, octet, code=1)
    assert "no mail address" in ticket("ticket", "message", NUMBER, "--from", octet, "--text", "And?", code=1)
    message = ("ticket", "message", NUMBER, "--from", ADA, "--text")
    assert "it has neither text nor attachment" in ticket(*message, "", code=1)
    assert shown(ticket)["subject"] == "Toner"


def test_numbers_too_large_for_the_database(ticket: Cli) -> None:
    large = str(10**30)
    assert "is not in the range" in ticket("ticket", "list", "--limit", large, code=2)
    assert "is not in the range" in ticket("ticket", "release", NUMBER, large, code=2)
    assert "There is no ticket" in ticket("ticket", "show", large, code=1)
