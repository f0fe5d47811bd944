"""What comes with the text of a message or reply and no plugin may change: attachments, markup, where it came from."""

from typing import TypedDict

import attrs

from ..contract.tickets import Alignment, Attachment


class OnEntry(TypedDict):
    """What an entry keeps of its words beside the text."""

    untrusted_html: str
    automatic: bool
    attachments: tuple[Attachment, ...]
    message_id: str
    raw_mail_id: int | None
    quoted: tuple[tuple[int, int], ...]
    alignment: Alignment
    authentication: str
    warnings: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Words:
    """The rest of what somebody sent. `automatic` tells that a machine wrote it.

    `quoted`, `alignment`, `authentication` and `warnings` are those of `contract.tickets.Entry`.

    The content of the attachments is stored already. `untrusted_html` is as it was sent, not cleaned. `message_id` is that
    of the mail it came by, `raw_mail_id` the kept mail.
    """

    attachments: tuple[Attachment, ...] = ()
    untrusted_html: str = ""
    message_id: str = ""
    raw_mail_id: int | None = None
    automatic: bool = False
    quoted: tuple[tuple[int, int], ...] = ()
    alignment: Alignment = Alignment.NONE
    authentication: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def on_entry(self) -> OnEntry:
        """The fields of the entry that these words become, to be unpacked into it."""
        return {
            "untrusted_html": self.untrusted_html,
            "automatic": self.automatic,
            "attachments": self.attachments,
            "message_id": self.message_id,
            "raw_mail_id": self.raw_mail_id,
            "quoted": self.quoted,
            "alignment": self.alignment,
            "authentication": self.authentication,
            "warnings": self.warnings,
        }


NO_MORE = Words()
"""Nothing but the text."""
