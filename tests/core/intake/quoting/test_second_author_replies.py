"""The samples of a second author, who wrote them without having read the rules: what others' mail programs write."""

import time
from collections import Counter

import pytest

from deskbell.core.intake.parsing.html_text import html_to_text
from deskbell.core.intake.parsing.limits import MailLimits
from deskbell.core.intake.quoting import quoted_spans
from stand_ins.happenings import message
from stand_ins.reply_samples import ReplySample, paragraphs, second_author_pages, second_author_samples

LIMITS = MailLimits()
ASKED_FOR = 0.85
NOT_TOLD_APART = frozenset({
    # What is quoted stays: nobody's words are lost.
    ("en", "gnus with initials"),
    ("html", "lotus notes in a table"),
    # What the sender wrote has the very form of what a program writes.
    ("de", "eigene liste mit von und an"),
    ("en", "a quotation of a third person, then own words"),
    ("en", "an error message in quotes"),
    ("en", "log ending in a colon"),
})  # fmt: skip


def _as_text(page: ReplySample) -> ReplySample:
    text, _ = html_to_text(page.text, limits=LIMITS)
    return ReplySample(language=page.language, name=page.name, text=text, fresh=page.fresh)


SAMPLES = (*second_author_samples(), *map(_as_text, second_author_pages()))
KNOWN = [sample for sample in SAMPLES if (sample.language, sample.name) not in NOT_TOLD_APART]


def fresh(sample: ReplySample) -> str:
    """What is kept, without blanks at the ends of lines, and without blank lines: those are nobody's concern."""
    kept = paragraphs(message(text=sample.text, quoted=quoted_spans(sample.text)).fresh)
    return _written(kept)


def _written(text: str) -> str:
    return "\n".join(line.strip() for line in text.split("\n") if line.strip(" \t\xa0\u200e\u200f\ufeff"))


@pytest.mark.parametrize("sample", KNOWN, ids=lambda sample: f"{sample.language}-{sample.name}")
def test_a_reply_of_the_second_author_is_told_from_what_it_quotes(sample: ReplySample) -> None:
    assert fresh(sample) == _written(sample.fresh)


def test_the_second_author_has_many_languages_and_each_is_read_right() -> None:
    every = Counter(sample.language for sample in SAMPLES)
    right = Counter(sample.language for sample in SAMPLES if fresh(sample) == _written(sample.fresh))
    assert len(SAMPLES) >= 820
    assert sum(number >= 3 for number in every.values()) >= 35
    assert all(right[language] >= ASKED_FOR * number for language, number in every.items())


def test_hardly_ever_are_the_senders_own_words_cut() -> None:
    lost = [
        sample.name
        for sample in SAMPLES
        if not set(_written(sample.fresh).split("\n")) <= set(fresh(sample).split("\n"))
    ]
    assert len(lost) <= 4


MARKER = "-- Please write your answer above this line --"


def test_our_own_mail_is_cut_where_a_quotation_of_a_manual_would_stay() -> None:
    quote = "> Press the red button."
    text = f"Your mail says:\n\n{quote}\n\nThere is none."
    assert quoted_spans(text) == ()
    marked = f"Your mail says:\n\n> {MARKER}\n{quote}\n\nThere is none."
    assert quote not in message(text=marked, quoted=quoted_spans(marked, marker=MARKER)).fresh


@pytest.mark.parametrize(
    "text",
    [
        "--- a ---\n" * 100_000,
        "##- x\n" * 100_000,
        "reply " * 200_000,
        "<a@b\n> wrote:\n" * 80_000,
        "a:\n> b\nc\n" * 80_000,
        "a\n> b\n" + "c\n" * 200_000,
        "On 2/2/2022 10:10 <a@bcd> wrote x" * 30_000,
        "<a@b" * 250_000 + "\n> :",
        "a\n1/1/2024 10:10\nTo\n" * 50_000,
        "From: a\n\n" * 100_000,
        "1.1." * 250_000 + ":",
    ],
    ids=range(11),
)
def test_more_hostile_texts_take_little_time(text: str) -> None:
    began = time.thread_time()
    quoted_spans(f"Hello\n\n{text}", marker=MARKER)
    assert time.thread_time() - began < 2
