"""The language of the gate table: what one message comes to under one condition, as a person writes it down.

A line is one candidate: who, in which roles, and `+` for told, or the reason code, with ``later:`` before it for who is told
later. ``- administrator role_not_selected`` is a role that was judged as a whole; ``Mia<MIA@Example.COM> admin_address +`` says
the spelling of the address as well.
"""

import attrs


@attrs.frozen
class Line:
    """One candidate, in the order of the decision."""

    who: str
    roles: str
    code: str
    address: str = ""

    @property
    def pair(self) -> str:
        """Who in which roles."""
        return f"{self.who} {self.roles}"

    def __str__(self) -> str:
        return f"{self.who}{self.address and f'<{self.address}>'} {self.roles} {self.code}"


def line(text: str) -> Line:
    """One line of a cell."""
    who, roles, code = text.split()
    name, _, address = who.removesuffix(">").partition("<")
    return Line(name, roles, code, address)


@attrs.frozen
class Cell:
    """What is expected of a pair; exactly one of the three: a reason for the plugin as a whole, candidates, or why never.

    `changes` are made to the candidates of the plain case: by pair, the lines that stand in its place. `code` replaces every
    `+` of the plain case.
    """

    whole: str = ""
    never: str = ""
    code: str = ""
    candidates: tuple[Line, ...] | None = None
    changes: tuple[tuple[str, tuple[Line, ...]], ...] = ()

    def lines(self, plain: tuple[Line, ...]) -> tuple[Line, ...]:
        """Every candidate that is expected, given those of the plain case."""
        if self.candidates is not None:
            return self.candidates
        if self.code:
            return tuple(attrs.evolve(each, code=self.code) if each.code == "+" else each for each in plain)
        changes = dict(self.changes)
        unknown = changes.keys() - {each.pair for each in plain}
        assert not unknown, f"the plain case has no {unknown}"
        return tuple(new for each in plain for new in changes.get(each.pair, (each,)))


SAME = Cell()
"""As in the plain case: the condition can occur, and nothing depends on it."""


def never(reason: str) -> Cell:
    """The pair cannot occur."""
    return Cell(never=reason)


def whole(code: str) -> Cell:
    """One reason for the plugin, no list of people."""
    return Cell(whole=code)


def everybody(code: str) -> Cell:
    """Whoever is told in the plain case is recorded with this code instead."""
    return Cell(code=code)


def exactly(*lines: str) -> Cell:
    """These candidates and no others."""
    return Cell(candidates=tuple(map(line, lines)))


def changed(*lines: str) -> Cell:
    """The plain case, in which these pairs have another code."""
    return Cell(changes=tuple((each.pair, (each,)) for each in map(line, lines)))


def instead(pair: str, *lines: str) -> Cell:
    """The plain case, in which these lines stand in the place of one pair."""
    return Cell(changes=((pair, tuple(map(line, lines))),))


def both(*cells: Cell) -> Cell:
    """Several changes of the plain case at once."""
    return Cell(changes=tuple(change for cell in cells for change in cell.changes))
