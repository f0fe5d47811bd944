"""The fields of business hours and SLA plans in the file: weeks, dates, durations and the roles of a step."""

import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise

import attrs

from ...contract.errors import nearest, suggestion
from ...contract.people import Role
from ...contract.structuring import toml_value
from ..sla.written_hours import WEEKDAYS, date_of, spans_of

LONGEST = timedelta(days=3650)
"""No duration of a plan is longer; all of them fit the database as seconds."""
Span = tuple[str, str]
"""From and until, as ``HH:MM``; until may be ``24:00``."""
Week = Mapping[str, tuple[Span, ...]]

_ROLE_OF_PLUGIN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?::[^:\s]+)+")
_NOT_TOLD = (
    Role.OWNER,
    Role.POSTER,
    Role.COLLABORATOR,
    Role.EXTENDED_MEMBER,
    # These two stand for somebody only where an act assigns or mentions.
    Role.NEWLY_ASSIGNED_AGENT,
    Role.MENTIONED_AGENT,
)
ROLES = tuple(role.value for role in Role if role not in _NOT_TOLD)
"""The roles of the house that a step can tell: agents whom the ticket itself leads to."""


def week_of(texts: Mapping[str, tuple[str, ...]]) -> Week:
    """The spans of each day on which there are any, Monday first.

    :raises ValueError: with the reason, for an unknown day, and for spans that are none, overlap or are not in order.
    """
    for day in texts:
        if day not in WEEKDAYS:
            raise ValueError(f"must have days of {', '.join(WEEKDAYS)}, not '{day}'")
    week = {day: _spans(day, texts[day]) for day in WEEKDAYS if texts.get(day)}
    if not week:
        raise ValueError("must have hours on at least one day")
    return week


def week_texts(week: Week) -> dict[str, list[str]]:
    """The week as the file spells it."""
    return {day: [f"{begin}-{end}" for begin, end in week[day]] for day in WEEKDAYS if week.get(day)}


def _spans(day: str, texts: tuple[str, ...]) -> tuple[Span, ...]:
    spans_of(texts, day=day)
    return tuple((begin, end) for begin, _, end in (text.partition("-") for text in texts))


def check_day(text: str) -> None:
    """Refuse what is no date.

    :raises ValueError: with the reason.
    """
    date_of(text)


def check_duration(value: timedelta, *, above_zero: bool) -> None:
    """Refuse a duration that a plan cannot have.

    :raises ValueError: with the reason.
    """
    if value.microseconds:
        raise ValueError("must be whole seconds")
    if above_zero and not value:
        raise ValueError("must be longer than 0")
    if value > LONGEST:
        raise ValueError(f"must not be longer than {LONGEST.days} days")


def check_role(role: str) -> None:
    """Refuse what is no role that a step can tell; a role of a plugin is written ``<plugin>:<role>``.

    :raises ValueError: with the reason.
    """
    if role in ROLES or _ROLE_OF_PLUGIN.fullmatch(role):
        return
    if role in {each.value for each in Role}:
        raise ValueError(f"must be roles of agents whom the ticket leads to, not {toml_value(role)}")
    hint = suggestion(nearest(role, ROLES)).rstrip("?") + "?" if nearest(role, ROLES) else ""
    raise ValueError(f"must be roles, not {toml_value(role)}" + (f" ({hint.strip()})" if hint else ""))


def duration(*, above_zero: bool) -> timedelta | None:
    """A duration; absent by default."""

    def validate(_table: object, _field: "attrs.Attribute[timedelta | None]", value: timedelta | None) -> None:
        if value is not None:
            check_duration(value, above_zero=above_zero)

    return attrs.field(default=None, validator=validate)


def _check_after(_table: object, _field: "attrs.Attribute[timedelta]", value: timedelta) -> None:
    check_duration(value, above_zero=True)


def _check_roles(_table: object, _field: "attrs.Attribute[tuple[str, ...]]", roles: tuple[str, ...]) -> None:
    if not roles:
        raise ValueError("must name at least one role")
    for role in roles:
        check_role(role)
    if len(set(roles)) < len(roles):
        raise ValueError("must name each role once")


@attrs.frozen(kw_only=True)
class StepTable:
    """``{ after = "2h", roles = ["assigned_agent"] }``: one step of an escalation."""

    after: timedelta = attrs.field(validator=_check_after)
    roles: tuple[str, ...] = attrs.field(validator=_check_roles)


def check_steps(steps: tuple[StepTable, ...]) -> None:
    """Refuse steps that do not come one after the other.

    :raises ValueError: with the reason.
    """
    for earlier, later in pairwise(steps):
        if later.after <= earlier.after:
            raise ValueError("must come one after the other: each step later than the one before it")
