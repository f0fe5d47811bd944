"""How much of a mail is read: the sizes and counts beyond which it is put aside or shown cut."""

import attrs

KIB = 1024
MIB = 1024 * KIB


@attrs.frozen
class MailLimits:
    """The first group puts a mail into quarantine, the second only shortens what is shown; the raw mail is kept whole.

    All of them are checked while the bytes are scanned, before anything is decoded, so that reading takes time and
    memory in proportion to the size of the mail whatever stands in it.
    """

    raw_octets: int = 25 * MIB
    header_fields: int = 1_000
    addresses: int = 1_000
    encoded_words: int = 1_000  # in one field
    nesting: int = 100
    parts: int = 1_000
    delimiter_lines: int = 1_000_000  # lines in a multipart that begin like a boundary

    header_octets: int = 100 * KIB  # over: read and marked; also the longest value of one field that is read
    subject_characters: int = 998
    parameters: int = 1_000  # of one field, pieces of RFC 2231 counted singly
    references: int = 100
    body_parts: int = 20  # text parts shown one below the other; more become attachments
    text_characters: int = 1_000_000
    untrusted_html_characters: int = 5_000_000
    html_characters: int = 512 * KIB  # of HTML that is turned into text
    html_depth: int = 100
    html_elements: int = 20_000


DEFAULT_LIMITS = MailLimits()
