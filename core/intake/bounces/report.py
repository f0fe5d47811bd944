"""What reading a report gives."""

from collections.abc import Iterable

import attrs

from ...store.delivery_reports import ReportKind


@attrs.frozen(kw_only=True)
class Recipient:
    """What became of a mail for one recipient.

    :param address: as we wrote it, if the report tells (Original-Recipient), else as the last server knew it; ``""`` when
        the report names a mailbox without a domain, or nobody.
    :param final: the address that the last server knew, where it is another one.
    :param action: ``failed``, ``delayed``, ``delivered``, ``relayed`` or ``expanded``; the type of a complaint, or what
        was done with a mail that was read.
    :param status: an enhanced status code such as ``5.1.1`` (RFC 3463), ``""`` when nothing tells one.
    :param diagnostic: the words of the other server, one line.
    :param permanent: whether sending again is useless.
    """

    address: str = ""
    final: str = ""
    action: str = ""
    status: str = ""
    diagnostic: str = ""
    permanent: bool = False


@attrs.frozen(kw_only=True)
class Report:
    """A report about one mail or several.

    :param kind: the gravest thing that it tells of any recipient.
    :param recipients: those that it names, each once; none when it is a report and names nobody.
    :param message_ids: the Message-IDs of the mails that it is about, with angle brackets, as far as it tells them.
    :param references: what those mails refer to by their References, which differ by recipient where they share a Message-ID.
    :param return_paths: addresses in it that may be the signed return path of such a mail.
    """

    kind: ReportKind
    recipients: tuple[Recipient, ...] = ()
    message_ids: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    return_paths: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of the recipients that have one."""
        return tuple(each.address for each in self.recipients if each.address)


_KINDS = {"failed": ReportKind.BOUNCE, "delayed": ReportKind.DELAYED}


def kind_of(action: str) -> ReportKind:
    """What an action of RFC 3464 section 2.3.3 is to us; an unknown one changes nothing."""
    return _KINDS.get(action, ReportKind.DELIVERED)


def gravest(recipients: Iterable[Recipient]) -> ReportKind:
    """The kind of a delivery report by its recipients: one failure makes it a bounce."""
    kinds = {kind_of(each.action) for each in recipients}
    return next((kind for kind in (ReportKind.BOUNCE, ReportKind.DELAYED) if kind in kinds), ReportKind.DELIVERED)
