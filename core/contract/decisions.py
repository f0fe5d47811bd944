"""What was decided about everybody who might have been told, and why: the record that explain reads."""

from enum import StrEnum

import attrs


class Outcome(StrEnum):
    """What became of a candidate; every outcome but `NOTIFIED` has exactly one reason code."""

    NOTIFIED = "notified"
    DEFERRED = "deferred"
    DIGESTED = "digested"
    SHADOWED = "shadowed"
    REFUSED = "refused"


@attrs.frozen(kw_only=True)
class Candidate:
    """One person judged in one role, or, when `NOTIFIED`, in all the roles that survived.

    `person` is ``agent:<id>``, ``user:<id>`` or ``address:<normalised address>``; it is empty where a role was judged as a
    whole. `reason` is a code of the contract, `because` the sentence behind it: which switch at which level, which
    surviving duplicate.
    """

    person: str
    name: str = ""
    address: str = ""
    roles: tuple[str, ...] = ()
    outcome: Outcome
    reason: str = ""
    because: str = ""


@attrs.frozen(kw_only=True)
class Decision:
    """All candidates of one plugin on one event.

    `reason` is set, and `candidates` empty, when the plugin as a whole was judged: off, quarantined, declined, failed.
    """

    event_id: int
    plugin: str
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""
    because: str = ""

    @property
    def notified(self) -> tuple[Candidate, ...]:
        """Those who are told."""
        return tuple(each for each in self.candidates if each.outcome is Outcome.NOTIFIED)

    @property
    def reached(self) -> tuple[Candidate, ...]:
        """Those who are told, and those who are told later."""
        return tuple(each for each in self.candidates if each.outcome in (Outcome.NOTIFIED, Outcome.DEFERRED))
