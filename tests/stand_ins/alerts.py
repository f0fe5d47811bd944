"""Words about system alerts that the tests share."""

from collections.abc import Sequence

from sqlalchemy import create_engine, text

from stand_ins.smtp_sink import ReceivedMail, SmtpSink

ADMIN = "admin@example.com"


def execute(url: str, *statements: str) -> None:
    """Run statements behind the back of the desk."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def body(mail: ReceivedMail) -> str:
    """The plain text of a mail."""
    part = mail.message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def alerts(sink: SmtpSink, of: str) -> Sequence[ReceivedMail]:
    """The mails to the administrator with these words in their subject."""
    return [mail for mail in sink.mails if mail.recipients == (ADMIN,) and of in str(mail.message["Subject"])]
