# ruff: noqa: RUF001 - people write with other letters
"""What of a mail repeats an earlier one: by languages and mail programs, by our own line, and for mails that mean harm."""

import time
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell.core.contract.tickets import Entry
from deskbell.core.intake.quoting import quoted_spans
from stand_ins.happenings import message
from stand_ins.reply_samples import ReplySample, attributions, header_blocks, paragraphs, reply_samples

MARKER = "-- Please write your answer above this line --"
SAMPLES = reply_samples()
TWELVE_LANGUAGES = 12
CERTAINLY_RIGHT = 0.97
"""Of our own samples; of other people's mail less will be, and 0.85 is what is asked for."""


def entry_of(text: str, *, marker: str = "") -> Entry:
    return message(text=text, quoted=quoted_spans(text, marker=marker))


def fresh(text: str, *, marker: str = "") -> str:
    return paragraphs(entry_of(text, marker=marker).fresh)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.language}-{sample.name}")
def test_a_reply_is_told_from_what_it_quotes(sample: ReplySample) -> None:
    assert fresh(sample.text) == sample.fresh


def test_the_samples_are_of_many_languages_and_nearly_all_are_read_right() -> None:
    right = Counter(sample.language for sample in SAMPLES if fresh(sample.text) == sample.fresh)
    every = Counter(sample.language for sample in SAMPLES)
    assert len(SAMPLES) >= 120
    assert sum(number >= 3 for number in every.values()) >= TWELVE_LANGUAGES
    assert right.total() >= CERTAINLY_RIGHT * every.total()
    assert all(right[language] >= 0.85 * number for language, number in every.items())


@pytest.mark.parametrize("heading", [*attributions(), *header_blocks()])
def test_what_stands_below_a_heading_is_cut(heading: str) -> None:
    assert fresh(f"It works.\n\n{heading}\n\nHello Ada,\nplease restart it.\n") == "It works."


@pytest.mark.parametrize("line", [each for each in attributions() if each[0] not in ">-_"])
def test_a_line_that_introduces_quoted_lines_is_cut_with_them_alone(line: str) -> None:
    assert fresh(f"It works.\n{line}\n> Hello Ada,\n> please restart it.\n\nAda\n") == "It works.\nAda"


def _top_posted(sample: ReplySample) -> bool:
    lines = sample.text.split("\n")
    quoted = [at for at, line in enumerate(lines) if line.startswith(">")]
    first = sample.fresh.split("\n")[0]
    return bool(quoted) and lines[0] == first and not any(line and line[0] != ">" for line in lines[quoted[0] :])


@pytest.mark.parametrize(
    "sample",
    [each for each in SAMPLES if _top_posted(each) and each.name != "orange"],
    ids=lambda sample: f"{sample.language}-{sample.name}",
)
def test_the_attribution_alone_is_enough(sample: ReplySample) -> None:
    """As programs write it that put no sign before quoted lines."""
    bare = "\n".join(line.lstrip("> ") if line.startswith(">") else line for line in sample.text.split("\n"))
    assert fresh(bare) == sample.fresh


@pytest.mark.parametrize(
    "quote",
    [
        f"{MARKER}\n\nHello Ada,\nplease restart it.",
        f"{MARKER.upper()}\n\nHello Ada,\nplease restart it.",
        f"*{MARKER}*\n\nHello Ada,\nplease restart it.",
        f"{MARKER.replace(' ', chr(0xA0))}\n\nHello Ada,",
        f"{MARKER.replace(' ', '  ')}\nHello Ada,",
        "-- Please write your answer\nabove this line --\nHello Ada,",
        "\u2013\u2013 Please write your answer above this line \u2013\u2013\nHello Ada,",
        f"> {MARKER}\n>\n> Hello Ada,",
        "> -- Please write your answer above\n> this line --\n>\n> Hello Ada,",
        f">> {MARKER}\n>>\n>> Hello Ada,",
        f"Mbështetja shkruajti më 12.01.2024:\n\n{MARKER}\nHello Ada,",
        f"Mbështetja help@example.com:\n\n> {MARKER}\n> Hello Ada,",
        f"From: Help <help@example.com>\nSubject: Printer\nTo: Ada\n\n{MARKER}\nHello Ada,",
        f"________________________________\n{MARKER}\nHello Ada,",
    ],
)
def test_our_own_line_begins_what_is_cut(quote: str) -> None:
    assert fresh(f"It works.\n\nAda\n\n{quote}\n", marker=MARKER) == "It works.\n\nAda"


def test_our_own_line_tells_more_than_any_program() -> None:
    """A desk's words in no known form are cut when they stand below our line, and are kept when they do not."""
    text = f"It works.\n\n{MARKER}\nHello Ada,"
    assert fresh(text) == text
    assert fresh(text, marker=MARKER) == "It works."
    assert fresh(text, marker="## another line ##") == text


@pytest.mark.parametrize(
    "text",
    [
        f"Do you mean the line {MARKER} here?\n\nAda",
        "-- Please write your\nletter to me",
        f"{MARKER} - is what your mail says\nWhy?",
    ],
)
def test_our_own_line_counts_only_on_lines_of_its_own(text: str) -> None:
    assert fresh(text, marker=MARKER) == text


def test_a_forwarded_mail_of_ours_is_cut() -> None:
    """An agent may forward an alert into the ticket: what it says is not for end users."""
    head = "---------- Forwarded message ---------\nFrom: Help <help@example.com>\nDate: Mon\nSubject: Printer\nTo: Bob\n\n"
    assert fresh(f"We come on Monday.\n\n{head}{MARKER}\n\nNew message.", marker=MARKER) == "We come on Monday."
    other = f"We come on Monday.\n\n{head}My screen is dark."
    assert fresh(other, marker=MARKER) == other


def test_answers_below_and_between_our_quoted_line_stay() -> None:
    text = f"On 3/2/26 09:00, Help wrote:\n> {MARKER}\n> Which one?\nThe red one.\n> Since when?\nMonday."
    assert fresh(text, marker=MARKER) == "The red one.\nMonday."


@pytest.mark.parametrize(
    "text",
    [
        f"{MARKER}\n\nHello Ada,\nplease restart it.\n",
        "> Hello Ada,\n> please restart it.\n",
        "On 3/2/26 09:00, Help <help@example.com> wrote:\n\n> Which one?\n",
        "\n\u200b\n-----Original Message-----\nFrom: Help\nSent: Monday\nTo: Ada\nSubject: Re\n\n",
        "",
    ],
)
def test_where_no_word_would_be_left_nothing_is_cut(text: str) -> None:
    assert quoted_spans(text, marker=MARKER) == ()
    assert entry_of(text, marker=MARKER).fresh == text.strip("\n")


def test_one_sign_is_a_word() -> None:
    assert fresh("👍\n\nOn 3/2/26 09:00, Help wrote:\n> Shall we come?") == "👍"


def test_an_answer_below_a_mail_that_is_marked_by_nothing_stays() -> None:
    """Only what is marked line by line is cut when nothing stands above the quote."""
    text = "On 3/2/26 09:00, Help <help@example.com> wrote:\n\nWhich one?\n\nThe red one."
    assert fresh(text) == text
    express = "----- Original Message -----\nFrom: Help\nTo: Ada\nSubject: Re\n\n> Which one?\n\nThe red one."
    assert fresh(express) == "The red one."


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\n\nwhere: room 12\nwhen: 12.01.2024 10:12\nwho: Ada\n\nThank you",
        "We met on 12 January 2024. Carl said:\nit is broken.",
        "Write to carl@customer.example: he knows.",
        "The error is:\n-----\nfile not found\n-----\nPlease help.",
        "Steps:\n1. open\n2. print\n\n5 > 3 and 3 < 5",
        "To: the team\n\nplease look at this",
        "Van: Amsterdam\n\nis de route",
        "------\nAda Byron\nCustomer Ltd.",
        "It began on 12.01.2024 at 10:12.\n\nThe log says:\nstarted 10:12:33 by root@host",
        "Le 12/01/2024 à 10:12, la machine est tombée. Merci de votre aide",
        "Am 12.01.2024 um 10:12 Uhr ging es noch, dann nicht mehr. Folgendes:\n- Papier\n- Toner",
        "Subject: my bill\nI do not understand it.",
        "From the hall it is red.\n>From time to time it blinks.\nAda",
    ],
)
def test_ordinary_words_are_not_taken_for_a_quote(text: str) -> None:
    assert quoted_spans(text, marker=MARKER) == ()


def test_the_spans_are_sorted_apart_and_at_most_a_hundred() -> None:
    text = "".join(f"> question {number}\nanswer {number}\n" for number in range(300))
    spans = quoted_spans(text)
    assert len(spans) == 100
    assert spans[0] == (0, len("> question 0\n"))
    assert all(start < end for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_a_text_longer_than_what_is_looked_at_is_cut_to_its_end() -> None:
    quote = "> line\n" * 30_000
    assert fresh(f"Yes.\n\n{quote}") == "Yes."
    assert fresh(f"Yes.\n\n{quote}No.") == "Yes.\n\nNo."
    assert fresh("Yes.\n\n-----Original Message-----\n" + "line\n" * 30_000) == "Yes."


ATTRIBUTION = "On Fri, Jan 12, 2024 at 10:12 AM S <s@x.example> wrote:"


@pytest.mark.parametrize(
    "text",
    [
        ">\n" * 500_000,
        f"{ATTRIBUTION}\n> x\n" * 50_000,
        "S <s@x.example> wrote:\n" * 100_000,
        f"a\n{ATTRIBUTION[:-1]}\n" * 20_000,
        "On 1,\n" * 100_000,
        "From: x\n" * 100_000,
        "From: x\n\n\n" * 50_000,
        "----- \n" * 100_000,
        "-" * 1_000_000,
        "- " * 500_000,
        "-\n>" * 300_000,
        ("1 " * 100 + ":\n") * 5_000,
        "ab> x\n" * 100_000,
        ">>> a >>>\n" * 100_000,
        " " * 1_000_000 + ":",
        "\n" * 1_000_000 + ">",
        "a:" * 500_000,
        MARKER[:-1] + "\n",
        MARKER[:-1] * 20_000,
    ],
    ids=range(19),
)
def test_hostile_texts_take_little_time(text: str) -> None:
    began = time.thread_time()
    quoted_spans(text, marker=MARKER)
    assert time.thread_time() - began < 2


pieces = st.sampled_from(
    ["\n", "> ", ">", ATTRIBUTION, MARKER, "From: a", "Sent: b", "To: c", "Subject: d", "word", " ", "\xa0", "----", "____",
     "-----Original Message-----", "Begin forwarded message:", "wrote:", "ab> ", ">>> a 12.01.24 >>>", "\u200f", "：", "2024年"]
)  # fmt: skip


@given(st.lists(pieces | st.text(max_size=5), max_size=60).map("".join), st.sampled_from(["", MARKER, "##", "a"]))
def test_any_text_gives_spans_that_lie_in_it(text: str, marker: str) -> None:
    spans = quoted_spans(text, marker=marker)
    flat = [0, *(offset for span in spans for offset in span), len(text)]
    assert flat == sorted(flat)
    assert len(spans) <= 100
    assert all(start < end for start, end in spans)
    if spans:
        assert entry_of(text, marker=marker).fresh.strip()
