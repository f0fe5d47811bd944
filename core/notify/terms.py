"""On which terms a plugin is asked before something happens: whether it is on at that place, and with which options.

One in shadow is not asked: it would change or refuse what it is said to look at only.
"""

from collections.abc import Callable

import attrs

from ..contract.drafts import MessageDraft, TicketDraft
from ..contract.errors import DeskbellError
from ..contract.faults import Fault, FaultReporter
from ..contract.kinds import Filter
from ..contract.tickets import Ticket
from ..host.admission import Admitted
from ..store.directory import Directory
from . import switches
from .remembered import PerDirectory
from .switchboard import Place

_Where = tuple[object, object, object]


def _nothing_yet(_: Directory) -> dict[tuple[str, type, _Where], object | None]:
    return {}


class Terms:
    """Resolves switches and options of a draft's place, once for each place and directory.

    :param opened: opens the secrets among the options of a plugin.
    """

    def __init__(self, *, opened: Callable[[object], object], faults: FaultReporter) -> None:
        self._opened = opened
        self._faults = faults
        self._known = PerDirectory(_nothing_yet)

    def for_ticket(self, admitted: Admitted, draft: TicketDraft, *, directory: Directory) -> object | None:
        """The options with which it is asked about a ticket that is to be opened; None when it is not asked.

        :raises UnknownName: when the draft names what the desk does not know.
        """
        where = (draft.department, draft.topic, draft.mailbox)
        return self._at(admitted, directory, where, lambda: place_of_draft(directory, draft))

    def for_message(
        self, admitted: Admitted, draft: MessageDraft, *, ticket: Ticket, directory: Directory
    ) -> object | None:
        """The options with which it is asked about a message on a ticket; None when it is not asked."""
        topic_id = ticket.topic.id if ticket.topic is not None else None
        where = (ticket.department.id, topic_id, draft.mailbox)
        place = Place(department_id=ticket.department.id, topic_id=topic_id)
        return self._at(admitted, directory, where, lambda: _by_mailbox(directory, place, draft.mailbox))

    def _at(self, admitted: Admitted, directory: Directory, where: _Where, place: Callable[[], Place]) -> object | None:
        known = self._known.of(directory)
        key = (admitted.name, type(admitted.plugin), where)
        if key not in known:
            known[key] = self._resolved(admitted, directory, place())
        return known[key]

    def _resolved(self, admitted: Admitted, directory: Directory, place: Place) -> object | None:
        effective = switches.resolve(
            directory,
            plugin=admitted.name,
            kind=admitted.plugin,
            department_id=place.department_id,
            topic_id=place.topic_id,
            mailbox_id=place.mailbox_id,
        )
        if not effective.on or effective.shadow or admitted.name in directory.quarantined:
            return None
        cls = admitted.plugin.Options
        stored = switches.resolve_options(
            directory, plugin=admitted.name, cls=cls, department_id=place.department_id
        ).options
        if isinstance(admitted.plugin, Filter) and admitted.plugin.idle_by_default and stored == cls():
            return None
        for unknown in switches.unknown_names(stored, directory):
            title = f"An option of '{admitted.name}' names what the desk does not have and is left out"
            self._report(admitted, title, f"{unknown.item}: {unknown.because}")
        try:
            return self._opened(switches.with_known_names(stored, directory))
        except DeskbellError as error:
            self._report(admitted, f"'{admitted.name}' is not asked: its options cannot be used", str(error))
            return None

    def _report(self, admitted: Admitted, title: str, detail: str) -> None:
        self._faults.report(Fault(fingerprint=f"options:{admitted.name}:{detail}", title=title, detail=detail))


def place_of_draft(directory: Directory, draft: TicketDraft) -> Place:
    """The place where a ticket would be opened.

    :raises UnknownName: when the desk does not know one of the names in the draft.
    """
    place = Place(
        department_id=directory.department(draft.department).id,
        topic_id=directory.topic(draft.topic).id if draft.topic else None,
    )
    return _by_mailbox(directory, place, draft.mailbox)


def _by_mailbox(directory: Directory, place: Place, mailbox: str) -> Place:
    return attrs.evolve(place, mailbox_id=directory.mailbox(mailbox).id) if mailbox else place
