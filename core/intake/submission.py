"""What a letter shall become, and what the plugins say to that: all that is done before the transaction opens."""

import attrs

from ..contract.addresses import normalise
from ..contract.drafts import MessageDraft, Refusal, TicketDraft
from ..contract.people import Actor
from ..contract.tickets import Alignment, Attachment, Origin
from ..desk.before import BeforeHooks
from ..desk.drafting import draft_continuing, draft_ticket
from ..desk.words import Words
from ..store.directory import AgentMail, Directory
from ..store.end_users import Person
from ..store.files import AttachmentStore
from .identity import Caution, cautions
from .letters import Letter, shown_name
from .markers import answers, forwards, strip_subject
from .own_words import fresh
from .quoting import quoted_spans
from .threading import Match, Place

NO_SUBJECT = "(no subject)"
NO_TEXT = "(no text)"
MACHINE_OF_AGENT = "automatic mail of an agent that answers no ticket"

_CLAIMS = frozenset({Caution.CLAIMS_AGENT, Caution.CLAIMS_ADMIN})


@attrs.frozen(kw_only=True)
class NewTicket:
    """A letter that opens a ticket; `continues` is the number of the closed one that it answers."""

    letter: Letter
    guesses: int = 0
    offered: TicketDraft
    answered: TicketDraft | Refusal
    words: Words
    continues: str = ""


@attrs.frozen(kw_only=True)
class NewMessage:
    """A letter that is appended to a ticket: `held` for an agent to release, or `joining` people to the ticket."""

    letter: Letter
    guesses: int = 0
    ticket_id: int
    offered: MessageDraft
    answered: MessageDraft | Refusal
    words: Words
    held: bool = False
    joining: tuple[Person, ...] = ()


@attrs.frozen(kw_only=True)
class AgentAnswer:
    """A letter by which an agent answers an alert: a note or a reply, as `becomes` says.

    :param otherwise: what it is when the agent may not act on the ticket after all.
    """

    letter: Letter
    guesses: int = 0
    ticket_id: int
    agent: Actor
    becomes: AgentMail
    text: str
    words: Words
    otherwise: NewMessage


@attrs.frozen(kw_only=True)
class Declined:
    """A letter that a rule of the house keeps from the desk."""

    letter: Letter
    guesses: int = 0
    reason: str


Submission = NewTicket | NewMessage | AgentAnswer | Declined


def prepare(
    letter: Letter, place: Place, *, directory: Directory, hooks: BeforeHooks, files: AttachmentStore
) -> Submission:
    """Store the attachments of a letter and ask the plugins; called outside any transaction.

    :raises FilesUnavailable: when the attachments cannot be written.
    """
    match = place.match
    if match is None and letter.verdict.automatic and _is_agent(directory, letter.sender):
        return Declined(letter=letter, guesses=place.guesses, reason=MACHINE_OF_AGENT)
    words = _words(letter, place, directory=directory, files=files)
    # What a machine wrote reopens nothing: it is kept where it belongs, however long the ticket is closed.
    if match is None or (match.too_late and not letter.verdict.automatic and match.agent is None):
        offered = ticket_draft(directory, letter, match)
        answered = hooks.before_ticket_created(offered, directory=directory)
        return NewTicket(
            letter=letter,
            guesses=place.guesses,
            offered=offered,
            answered=answered,
            words=_marked(words, letter, match, answered, directory),
            continues=match.ticket.number if match else "",
        )
    message = _message(letter, place, match, words=words)
    answer = _agent_answer(message, match, directory=directory)
    if answer:
        return answer
    accepted = hooks.before_message_accepted(message.offered, ticket=match.ticket, directory=directory)
    return attrs.evolve(message, answered=accepted, words=_marked(words, letter, match, accepted, directory))


def _message(letter: Letter, place: Place, match: Match, *, words: Words) -> NewMessage:
    """The message that a letter is unless a plugin has something to say.

    Nobody joins by a mail that somebody else could have written: only the reply address that was given to the sender alone,
    from a proven From, brings the people in Cc. Any other mail that names them and cannot be verified waits for an agent.
    """
    verified = _is_verified(letter, match)
    draft = MessageDraft(
        sender=attrs.evolve(letter.sender, verified=verified),
        origin=Origin.MAIL,
        ticket=match.ticket.number,
        text=letter.mail.text or NO_TEXT,
        mailbox=letter.route.mailbox.name,
        headers=letter.mail.headers.fields,
    )
    return NewMessage(
        letter=letter,
        guesses=place.guesses,
        ticket_id=match.ticket.id,
        offered=draft,
        answered=draft,
        words=words,
        held=bool(match.others) and not verified and not letter.verdict.automatic,
        joining=tuple(Person(shown_name(each.name), each.address) for each in match.others)
        if _joins(letter, match)
        else (),
    )


def _agent_answer(message: NewMessage, match: Match, *, directory: Directory) -> AgentAnswer | None:
    """What an agent's letter posts: the text without all that it quotes, for alerts hold what end users must not read.

    A letter that says nothing new posts nothing.
    """
    if match.agent is None:
        return None
    text = fresh(message.letter.mail.text, marker=directory.profile.reply_marker, told=match.told)
    if not text and not message.words.attachments:
        return None
    warnings = tuple(each for each in message.words.warnings if each not in _CLAIMS)
    return AgentAnswer(
        letter=message.letter,
        guesses=message.guesses,
        ticket_id=message.ticket_id,
        agent=match.agent,
        becomes=directory.policy(match.ticket.department.id).agent_mail,
        text=text,
        words=attrs.evolve(message.words, untrusted_html="", warnings=warnings),
        otherwise=message,
    )


def _is_verified(letter: Letter, match: Match | None) -> bool:
    return letter.sender.verified or (match is not None and match.verified)


def _joins(letter: Letter, match: Match) -> bool:
    """Whether the people in Cc take part from now on; a machine brings nobody, nor does whoever opens another ticket."""
    by_a_person = not letter.verdict.automatic and not match.too_late
    return match.by_address and letter.proof.alignment is Alignment.PASS and by_a_person


def _is_agent(directory: Directory, sender: Actor) -> bool:
    return bool(sender.address) and normalise(sender.address) in directory.agents_by_address


def _words(letter: Letter, place: Place, *, directory: Directory, files: AttachmentStore) -> Words:
    mail, match = letter.mail, place.match
    warnings = cautions(
        mail,
        alignment=letter.proof.alignment,
        directory=directory,
        ticket=match.ticket if match else None,
        imitates=place.imitates,
        names_others=match is not None and bool(match.others) and not _joins(letter, match),
    )
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
        alignment=letter.proof.alignment,
        authentication=letter.proof.words,
        warnings=warnings,
    )


def _marked(
    words: Words,
    letter: Letter,
    match: Match | None,
    answered: TicketDraft | MessageDraft | Refusal,
    directory: Directory,
) -> Words:
    """The words with what the text repeats of an earlier mail, as the text reads after the plugins' changes.

    What answers nothing repeats nothing, and what is forwarded is meant to be read.
    """
    mail = letter.mail
    if isinstance(answered, Refusal) or not (match or mail.references or mail.in_reply_to or answers(mail.subject)):
        return words
    quoted = () if forwards(mail.subject) else quoted_spans(answered.text, marker=directory.profile.reply_marker)
    return attrs.evolve(words, quoted=quoted) if quoted else words


def ticket_draft(directory: Directory, letter: Letter, match: Match | None) -> TicketDraft:
    """A draft routed by the mailbox, or like the closed ticket that it continues."""
    mail, route = letter.mail, letter.route
    subject = strip_subject(mail.subject) or NO_SUBJECT
    text = mail.text or NO_TEXT
    files = tuple(each.file_name for each in mail.attachments)
    if match:
        return draft_continuing(
            directory,
            ticket=match.ticket,
            sender=attrs.evolve(letter.sender, verified=_is_verified(letter, match)),
            origin=Origin.MAIL,
            subject=subject,
            text=text,
            mailbox=route.mailbox.name,
            headers=mail.headers.fields,
            files=files,
            automatic=letter.verdict.automatic,
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
        files=files,
        automatic=letter.verdict.automatic,
    )
