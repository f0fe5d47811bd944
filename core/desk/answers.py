"""What before-hooks may change, checked at the border: a change that cannot be used is left out and reported."""

from collections.abc import Callable
from functools import partial
from typing import Any

import attrs

from ..contract.drafts import MessageDraft, Refusal, TicketDraft
from ..contract.errors import DeskbellError, InvalidValue
from ..contract.faults import Fault, FaultReporter
from ..contract.text import one_line
from ..contract.tickets import Priority
from ..store.directory import Directory
from .drafting import draft_ticket
from .typed import UNWRITABLE, check_line, check_text

MAX_REASON = 500
MAX_ANSWER = 10_000
MOST_LINES = 100
"""So many lines say what was changed about one ticket; a line is as long as a subject may be."""

_ROUTING = ("department", "priority", "agent", "team")

Check = Callable[[Any], None]


def ticket_answer(
    directory: Directory, *, offered: TicketDraft, answered: TicketDraft, faults: FaultReporter
) -> TicketDraft:
    """The draft to open: what was offered, with every change of the plugins that can be used.

    Where a plugin changes the topic and leaves department, priority, agent or team as they were, these follow the topic. What
    was left out, and what followed the topic, has a line of its own in `applied`.
    """
    if answered is offered:
        return offered
    checks: dict[str, Check] = {
        "subject": partial(check_line, where="The subject"),
        "text": partial(check_text, where="The text"),
        "topic": lambda name: _check_name(name, directory.topic, optional=True),
        "department": lambda name: _check_name(name, directory.department),
        "priority": _check_priority,
        "agent": lambda address: _check_name(address, directory.agent, optional=True),
        "team": lambda name: _check_name(name, directory.team, optional=True),
        "answer": partial(check_text, where="The answer", longest=MAX_ANSWER),
        "autoresponse": _check_flag,
        "applied": _check_lines,
    }
    changes, left_out = _usable(offered, answered, checks, hook="before_ticket_created", faults=faults)
    lines = [*changes.get("applied", offered.applied), *left_out]
    if changes.get("topic"):
        routing = _following(directory, offered, topic=changes["topic"])
        followed = {name: value for name, value in routing.items() if name not in changes}
        lines += _followed(offered, followed, topic=changes["topic"])
        changes = {**followed, **changes}
    return attrs.evolve(offered, **{**changes, "applied": tuple(lines[:MOST_LINES])})


def message_answer(*, offered: MessageDraft, answered: MessageDraft, faults: FaultReporter) -> MessageDraft:
    """The message to accept: what was offered, with every change of the plugins that can be used."""
    checks: dict[str, Check] = {"text": partial(check_text, where="The text")}
    changes, _ = _usable(offered, answered, checks, hook="before_message_accepted", faults=faults)
    return attrs.evolve(offered, **changes)


def refusal_reason(refusal: Refusal) -> str:
    """The reason of a refusal as one line that can be kept and shown."""
    said: object = refusal.reason
    reason = said if isinstance(said, str) else ""
    return " ".join(UNWRITABLE.sub(" ", reason).split())[:MAX_REASON] or "A plugin refused it and gave no reason."


def _usable(
    offered: TicketDraft | MessageDraft,
    answered: TicketDraft | MessageDraft,
    checks: dict[str, Check],
    *,
    hook: str,
    faults: FaultReporter,
) -> tuple[dict[str, Any], list[str]]:
    """The changed fields that pass their check, and a line for each that does not; one without a check is a fact."""
    changes: dict[str, Any] = {}
    left_out: list[str] = []
    for field in attrs.fields(type(offered)):
        value = getattr(answered, field.name)
        if value == getattr(offered, field.name):
            continue
        try:
            checks.get(field.name, _check_fact)(value)
        except DeskbellError as error:
            title = f"A plugin's change of '{field.name}' in {hook} was left out"
            faults.report(Fault(fingerprint=f"{hook}:{field.name}", title=title, detail=str(error)))
            left_out.append(one_line(f"left out: {field.name}: {error}"))
        else:
            changes[field.name] = value
    return changes, left_out


def _following(directory: Directory, offered: TicketDraft, *, topic: str) -> dict[str, Any]:
    """The routing of another topic."""
    routed = draft_ticket(
        directory,
        sender=offered.sender,
        origin=offered.origin,
        subject=offered.subject,
        text=offered.text,
        mailbox=offered.mailbox,
        topic=topic,
    )
    return {name: getattr(routed, name) for name in _ROUTING}


def _followed(offered: TicketDraft, followed: dict[str, Any], *, topic: str) -> list[str]:
    """A line for what the topic brought with it; empty when that was the same before."""
    said = [f"{name} {getattr(offered, name) or 'none'} -> {value or 'none'}" for name, value in followed.items()]
    told = [
        words for words, (name, value) in zip(said, followed.items(), strict=True) if value != getattr(offered, name)
    ]
    return [one_line(f"help topic '{topic}': {', '.join(told)}")] if told else []


def _check_fact(_: object) -> None:
    raise InvalidValue("The draft", "sender, origin, ticket, mailbox, headers, files and automatic are facts")


def _check_flag(value: object) -> None:
    if not isinstance(value, bool):
        raise InvalidValue("The flag", f"it is of the type {type(value).__name__}")


def _check_lines(value: object) -> None:
    if not isinstance(value, tuple):
        raise InvalidValue("The lines", f"they are of the type {type(value).__name__}")
    for line in value:
        check_line(line, "A line")


def _check_name(value: object, find: Callable[[str], object], *, optional: bool = False) -> None:
    if not isinstance(value, str):
        raise InvalidValue("The name", f"it is of the type {type(value).__name__}")
    if value or not optional:
        find(value)


def _check_priority(value: object) -> None:
    if not isinstance(value, Priority):
        raise InvalidValue("The priority", f"it is of the type {type(value).__name__}")
