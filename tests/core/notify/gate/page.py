"""The gate table as a page for readers: messages as rows, conditions as columns, reasons in the cells."""

from collections.abc import Iterator, Mapping

from .cells import Cell
from .conditions import GROUPS
from .scene import Scene
from .table import CELLS, SECTIONS, expected, plain

HEAD = """\
<!-- Made from tests/core/notify/gate; change the table there and run pytest with --golden on that folder. -->

# The gate table

Every message of the built-in plugins under every condition that could keep it from somebody. A test asks the desk each of
these questions and compares all candidates, in order, with what a person wrote down.

- **✓**: the condition can occur, and whoever is told in the plain case is told.
- **`code`**: the reason that is recorded for those whom the condition concerns; where the plugin as a whole is judged, for
  everybody. The others are told as in the plain case. `later:` before it says that they are told later.
- **\N{EN DASH}**: the pair cannot occur; the number leads to the reason below the table. Conditions that cannot occur for a whole
  section have no column; they are listed below its tables.

In the plain case every role is ticked, and a plugin that is off by default is on. Olga owns the ticket, Carl and Tess are its
collaborators. It lies in Support, below Company: Mia is the manager, Ann and Bob are primary members, Ed is an extended one.
Sue has the ticket, with the team Network: Lea leads it, Tom is a member. Bob answered last, Ed watches, Ada is an
administrator, Gus is the account manager of Olga's organization; boss@example.com is the admin address.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_plain_cases(), *_sections()]) + "\n"


def _plain_cases() -> Iterator[str]:
    yield from ("## The plain case", "", "| message | told | not told |", "|---|---|---|")
    for _, messages, _ in SECTIONS:
        for message in messages:
            told = [f"{each.who} ({_roles(each.roles)})" for each in plain(message) if each.code == "+"]
            others = [
                f"{'' if each.who == '-' else f'{each.who}, '}{_roles(each.roles)}: `{each.code}`"
                for each in plain(message)
                if each.code != "+"
            ]
            yield f"| {message} | {', '.join(told)} | {'; '.join(others)} |"
    yield ""


def _roles(roles: str) -> str:
    return roles.replace("_", " ").replace(",", ", ")


def _sections() -> Iterator[str]:
    for title, messages, _ in SECTIONS:
        yield from (f"## {title}", "")
        for group, changes in GROUPS.items():
            conditions = [each for each in changes if each != "plain" and _occurs(messages, each)]
            if conditions:
                yield from (f"### {title}: {group[0].lower()}{group[1:]}", "", *_table(messages, conditions), "")
        yield from (*_never_at_all(messages), "")


def _occurs(messages: Mapping[str, Scene], condition: str) -> bool:
    return any(not CELLS[message, condition].never for message in messages)


def _table(messages: Mapping[str, Scene], conditions: list[str]) -> Iterator[str]:
    notes: dict[str, int] = {}
    yield f"| message | {' | '.join(conditions)} |"
    yield "|---" * (len(conditions) + 1) + "|"
    for message in messages:
        cells = [_cell(message, condition, notes) for condition in conditions]
        yield f"| {message} | {' | '.join(cells)} |"
    if notes:
        yield ""
        yield from (f"{number}. {reason[0].upper()}{reason[1:]}." for reason, number in notes.items())


def _cell(message: str, condition: str, notes: dict[str, int]) -> str:
    cell: Cell = CELLS[message, condition]
    if cell.never:
        return f"\N{EN DASH} {notes.setdefault(cell.never, len(notes) + 1)}"
    whole, lines = expected(message, condition)
    if whole:
        return f"`{whole}`"
    known = plain(message)
    codes = dict.fromkeys(each.code for each in lines if each not in known and each.code != "+")
    return ", ".join(f"`{code}`" for code in codes) or "✓"


def _never_at_all(messages: Mapping[str, Scene]) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for changes in GROUPS.values():
        for condition in changes:
            if not _occurs(messages, condition):
                for reason in dict.fromkeys(CELLS[message, condition].never for message in messages):
                    reasons.setdefault(reason, []).append(condition)
    if reasons:
        yield from ("Conditions that cannot occur here:", "")
        yield from (f"- {', '.join(conditions)}: {reason}." for reason, conditions in reasons.items())
