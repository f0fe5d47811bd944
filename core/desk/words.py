"""What comes with the text of a message or reply and no plugin may change: attachments, markup, where it came from."""

import attrs

from ..contract.tickets import Alignment, Attachment


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


NO_MORE = Words()
"""Nothing but the text."""
