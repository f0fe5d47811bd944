"""Foreign words made fit for one line of a database, a log or a screen."""

LONGEST = 500


def one_line(text: str) -> str:
    """The beginning of `text` as one line that every database takes: no NUL, no half of a surrogate pair, no control."""
    if len(text) <= LONGEST and text.isprintable():
        return text.strip()
    head = text[: 4 * LONGEST]
    return " ".join("".join(each if each.isprintable() else " " for each in head).split())[:LONGEST]
