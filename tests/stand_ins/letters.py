"""Raw mails for tests, from a few fields."""


def raw_mail(
    *,
    sender: str | None = "Olga <owner@customer.example>",
    to: str = "support@example.com",
    subject: str = "Printer",
    message_id: str | None = "<first@customer.example>",
    answers: str = "",
    references: str = "",
    text: str = "It smokes.",
    more: str = "",
) -> bytes:
    """A mail with these fields; those that are None or '' are left out. `more` is further header lines."""
    fields = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Message-ID": message_id,
        "In-Reply-To": answers,
        "References": references,
    }
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    lines += [line for line in more.splitlines() if line]
    return "\r\n".join([*lines, "", text, ""]).encode()
