"""A decision becomes parcels: rendered bodies with their envelopes, and who gets which."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

import attrs

from ..contract.clock import Clock
from ..contract.decisions import Candidate, Decision
from ..contract.kinds import AgentAlert
from ..contract.notices import Notice
from ..host.calls import BoundedCalls, CallFailed
from ..outbox.signed_links import SignedLinks
from ..store.deliveries import Envelope, NewBody
from ..store.directory import Directory
from . import envelopes
from .carried import Carried, carried, telling_of
from .considering import Considered
from .context import for_agents, for_end_users, known_name
from .manner import manner_of
from .rendering import Renderer
from .subscribers import for_subscribers
from .switchboard import Answer, Switchboard, place_of
from .switches import Effective

ON = Effective(on=True, level="default", because="")


@attrs.frozen(kw_only=True)
class Parcel:
    """What is written for one considered answer: the bodies, and for each recipient the place of the one to send.

    `message_id` is the one that all of them share, '' where each mail has its own. `due` says by person when a
    delivery may go; the others may go at once.
    """

    considered: Considered
    bodies: Sequence[NewBody] = ()
    recipients: Sequence[tuple[Candidate, int]] = ()
    message_id: str = ""
    due: Mapping[str, datetime] = attrs.field(factory=dict)

    def decided(self, decision: Decision) -> "Parcel":
        """The parcel without those whom the decision does not name any more."""
        reached = {candidate.person for candidate in decision.reached}
        left = tuple(each for each in self.recipients if each[0].person in reached)
        considered = attrs.evolve(self.considered, decision=decision)
        return attrs.evolve(self, considered=considered, bodies=self.bodies if left else (), recipients=left)


class Packing:
    """Renders what was decided. May be used by several threads.

    :param links: makes the links to files that are too large to go along; without it a mail names such files only.
    """

    def __init__(
        self,
        renderer: Renderer,
        *,
        switchboard: Switchboard,
        calls: BoundedCalls,
        clock: Clock,
        links: SignedLinks | None = None,
    ) -> None:
        self._links = links
        self._renderer = renderer
        self._switchboard = switchboard
        self._calls = calls
        self._clock = clock

    def parcel(self, considered: Considered, directory: Directory) -> Parcel:
        """The parcel of one answer; rendering that fails past all fall-backs makes the answer a failed one.

        A stranger's notice is rendered under the time limit of hooks: the values in its context are its own code.
        """
        if considered.notice is None or not considered.decision.reached:
            return Parcel(considered=considered)
        pack = partial(self._pack, considered, considered.notice, directory)
        if considered.admitted.built_in:
            return pack()
        [parcel] = self._calls.run([pack])
        if isinstance(parcel, Parcel):
            return parcel
        failure = parcel if isinstance(parcel, CallFailed) else CallFailed("raised", "it could not be rendered")
        return Parcel(considered=self._failed(considered, failure))

    def _failed(self, considered: Considered, failure: CallFailed) -> Considered:
        answer = Answer(admitted=considered.admitted, effective=ON)
        failed = self._switchboard.failed(answer, considered.event, failure)
        decision = Decision(
            event_id=considered.event.id, plugin=considered.admitted.name, reason=failed.reason, because=failed.because
        )
        return attrs.evolve(considered, decision=decision, notice=None)

    def _pack(self, considered: Considered, notice: Notice, directory: Directory) -> Parcel:
        admitted, event = considered.admitted, considered.event
        told = considered.decision.reached
        if admitted.plugin.speaks_to_end_users:
            told = tuple(attrs.evolve(each, name=known_name(event, each)) for each in told)
        manner = manner_of(admitted.plugin, event)
        envelope = envelopes.envelope_for(event, manner=manner, directory=directory, now=self._clock.now())
        if notice.reply_all:
            envelope = envelopes.shared_by(envelope, told)
        along = carried(event, manner, largest_kib=directory.profile.largest_files_kib)
        if along.files:
            envelope = attrs.evolve(envelope, files=along.files)
        bodies, places = self._bodies(considered, notice, told, directory, envelope, along)
        if issubclass(manner, AgentAlert):
            bodies, places = for_subscribers(bodies, places, told, base_url=directory.profile.base_url)
        return Parcel(
            considered=considered,
            bodies=bodies,
            recipients=tuple(zip(told, places, strict=True)),
            message_id=envelopes.new_message_id(directory.profile.domain) if notice.reply_all else "",
        )

    def _bodies(
        self,
        considered: Considered,
        notice: Notice,
        told: Sequence[Candidate],
        directory: Directory,
        envelope: Envelope,
        along: Carried,
    ) -> tuple[list[NewBody], list[int]]:
        """The bodies, and for each recipient the place of its own: one for all, unless the words name the recipient."""
        admitted = considered.admitted
        context = (for_end_users if admitted.plugin.speaks_to_end_users else for_agents)(notice, directory)
        template_set = _template_set(considered, directory)
        personal = self._renderer.personal(notice.template, admitted.templates, template_set=template_set)
        readers = told if personal and not notice.reply_all else told[:1]
        bodies: list[NewBody] = []
        for reader in readers:
            named = {**context, "recipient": reader} if personal else context
            words = self._renderer.render(notice.template, admitted.templates, named, template_set=template_set)
            words = telling_of(words, along.left_out, links=self._file_links(along, directory))
            bodies.append(NewBody(**attrs.asdict(words), envelope=envelope))
        return bodies, list(range(len(told))) if len(readers) == len(told) else [0] * len(told)

    def _file_links(self, along: Carried, directory: Directory) -> dict[str, str]:
        base_url = directory.profile.base_url
        if self._links is None or not base_url:
            return {}
        now = self._clock.now()
        return {file.digest: self._links.file(base_url, digest=file.digest, now=now) for file in along.left_out}


def _template_set(considered: Considered, directory: Directory) -> str:
    """The templates of the department, or of the nearest parent that has its own; '' for those of the desk."""
    department_id = place_of(considered.event).department_id
    path = () if department_id is None else directory.department_path(department_id)
    return next((each.template_set for each in path if each.template_set), "")
