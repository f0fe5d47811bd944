"""What a letter shall become, and what the plugins say to that: all that is done before the transaction opens."""

import attrs

from ..contract.addresses import normalise
from ..contract.drafts import MessageDraft, Refusal, TicketDraft
from ..contract.people import Actor
from ..contract.tickets import Attachment, Origin
from ..desk.before import BeforeHooks
from ..desk.drafting import draft_continuing, draft_ticket
from ..desk.words import Words
from ..store.directory import Directory
from ..store.files import AttachmentStore
from .letters import Letter
from .markers import strip_subject
from .threading import Match

NO_SUBJECT = "(no subject)"
NO_TEXT = "(no text)"
MACHINE_OF_AGENT = "automatic mail of an agent that answers no ticket"


@attrs.frozen(kw_only=True)
class NewTicket:
    """A letter that opens a ticket; `continues` is the number of the closed one that it answers."""

    letter: Letter
    offered: TicketDraft
    answered: TicketDraft | Refusal
    words: Words
    continues: str = ""


@attrs.frozen(kw_only=True)
class NewMessage:
    """A letter that is appended to a ticket."""

    letter: Letter
    ticket_id: int
    offered: MessageDraft
    answered: MessageDraft | Refusal
    words: Words


@attrs.frozen(kw_only=True)
class Declined:
    """A letter that a rule of the house keeps from the desk."""

    letter: Letter
    reason: str


Submission = NewTicket | NewMessage | Declined


def prepare(
    letter: Letter, match: Match | None, *, directory: Directory, hooks: BeforeHooks, files: AttachmentStore
) -> Submission:
    """Store the attachments of a letter and ask the plugins; called outside any transaction.

    :raises FilesUnavailable: when the attachments cannot be written.
    """
    if match is None and letter.verdict.automatic and _is_agent(directory, letter.sender):
        return Declined(letter=letter, reason=MACHINE_OF_AGENT)
    words = _words(letter, files)
    # What a machine wrote reopens nothing: it is kept where it belongs, however long the ticket is closed.
    if match is None or (match.too_late and not letter.verdict.automatic):
        offered = _ticket_draft(directory, letter, match)
        answered = hooks.before_ticket_created(offered)
        continues = match.ticket.number if match else ""
        return NewTicket(letter=letter, offered=offered, answered=answered, words=words, continues=continues)
    draft = MessageDraft(
        sender=attrs.evolve(letter.sender, verified=match.verified),
        origin=Origin.MAIL,
        ticket=match.ticket.number,
        text=letter.mail.text or NO_TEXT,
        mailbox=letter.route.mailbox.name,
        headers=letter.mail.headers.fields,
    )
    return NewMessage(
        letter=letter,
        ticket_id=match.ticket.id,
        offered=draft,
        answered=hooks.before_message_accepted(draft),
        words=words,
    )


def _is_agent(directory: Directory, sender: Actor) -> bool:
    return bool(sender.address) and normalise(sender.address) in directory.agents_by_address


def _words(letter: Letter, files: AttachmentStore) -> Words:
    mail = letter.mail
    return Words(
        attachments=tuple(
            Attachment(
                each.file_name, each.content_type, len(each.content), files.put(each.content).digest, each.content_id
            )
            for each in mail.attachments
        ),
        untrusted_html=mail.untrusted_html,
        message_id=mail.message_id,
        raw_mail_id=letter.raw.id,
        automatic=letter.verdict.automatic,
    )


def _ticket_draft(directory: Directory, letter: Letter, match: Match | None) -> TicketDraft:
    """A draft routed by the mailbox, or like the closed ticket that it continues."""
    mail, route = letter.mail, letter.route
    subject = strip_subject(mail.subject) or NO_SUBJECT
    text = mail.text or NO_TEXT
    if match:
        return draft_continuing(
            directory,
            ticket=match.ticket,
            sender=attrs.evolve(letter.sender, verified=match.verified),
            origin=Origin.MAIL,
            subject=subject,
            text=text,
            mailbox=route.mailbox.name,
            headers=mail.headers.fields,
        )
    return draft_ticket(
        directory,
        sender=letter.sender,
        origin=Origin.MAIL,
        subject=subject,
        text=text,
        mailbox=route.mailbox.name,
        department=route.department,
        headers=mail.headers.fields,
    )
