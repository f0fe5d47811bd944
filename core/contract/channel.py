"""What a channel is: one class that takes a rendered delivery out of the house, or says why it could not."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import attrs

from .errors import DeskbellError


@attrs.frozen(kw_only=True)
class File:
    """A file that goes along with a mail; one with a `content_id` is a picture that the HTML shows as ``cid:``."""

    file_name: str
    content_type: str
    content: bytes = attrs.field(repr=lambda content: f"<{len(content)} octets>")
    content_id: str = ""


@attrs.frozen(kw_only=True)
class Delivery:
    """One rendered notice for one address on one channel.

    `id` and `attempt` (from 1) identify the try; `key` is the same on each try and is what a channel gives a service as
    idempotency key. `message_id`, `in_reply_to` and `references` are Message-IDs with their angle brackets.
    `to` and `cc` are what the mail shows, which may be more people than the one `address` that this delivery goes to;
    each is (display name, address). `sender` is the From, `envelope_sender` the MAIL FROM ('' is the null sender).
    `automatic` is '' for words of a person, else the Auto-Submitted keyword of RFC 3834. `list_id` is the (name, identifier)
    of the department's stream of mail (RFC 2919). `unsubscribe` is the https link of one click that ends a subscription
    (RFC 8058), '' where there is none to end.
    """

    id: int
    key: str
    attempt: int
    address: str
    subject: str
    text: str
    html: str
    chat: str
    date: str
    message_id: str
    sender: tuple[str, str]
    envelope_sender: str
    to: tuple[tuple[str, str], ...]
    cc: tuple[tuple[str, str], ...] = ()
    reply_to: tuple[str, str] | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    automatic: str = ""
    list_id: tuple[str, str] | None = None
    unsubscribe: str = ""
    files: tuple[File, ...] = ()


@attrs.frozen
class Receipt:
    """The service took it; `remote_id` is what it calls it, `detail` its own words."""

    remote_id: str = ""
    detail: str = ""


class DeliveryFailure(DeskbellError):
    """Why a delivery did not go out; `detail` is the service's own words, one line."""

    def __init__(self, detail: str, *, code: str = "") -> None:
        self.detail = detail
        self.code = code
        super().__init__(detail)


class TemporaryFailure(DeliveryFailure):
    """Try again, at the earliest after `retry_after` seconds (None: as the retry plan says).

    `fault` is a sentence for the administrator when the whole channel is in trouble (refused connection, failed login);
    empty when only this delivery is.
    """

    def __init__(self, detail: str, *, code: str = "", retry_after: float | None = None, fault: str = "") -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after
        self.fault = fault


class PermanentFailure(DeliveryFailure):
    """Trying again would change nothing."""


class Channel(ABC):
    """A way out of the house. The core retries, rates, records; a channel only delivers.

    One instance may be used by several threads at once. It is built with its options and the seconds that one send may take.
    """

    title: ClassVar[str] = ""
    Options: ClassVar[type]

    @abstractmethod
    def __init__(self, options: object, *, send_limit: float) -> None: ...

    @abstractmethod
    def unready(self) -> str:
        """'' when it can deliver, else what is missing, as a sentence for an administrator."""

    @abstractmethod
    def deliver(self, deliveries: Sequence[Delivery]) -> Sequence[Receipt | DeliveryFailure]:
        """Send each; answer one result per delivery, in order, raising only for bugs.

        :param deliveries: 1 to 100 deliveries for this channel, each to one address.
        :returns: a `Receipt`, `TemporaryFailure` or `PermanentFailure` for each, in the same order.
        """

    def health(self) -> str:
        """Find out whether the service would take deliveries now; nothing is sent.

        :returns: '' when it would, else why not, as a sentence for an administrator.
        """
        return self.unready()

    def takes(self, address: str) -> bool | None:
        """Find out whether the service would take a delivery to this address now; nothing is sent.

        :returns: None when that cannot be told.
        """
        return None

    def close(self) -> None:
        """Let go of connections; called once, when no thread delivers any more."""
