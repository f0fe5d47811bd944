"""An agent's answer without the alert that it answers, whatever a mail program did to the quote (tests M4, M21)."""

import pytest

from deskbell.core.intake.own_words import fresh

MARKER = "-- Please write your answer above this line --"
ALERT = f"""{MARKER}

A new note on ticket #100001.
Internal: the customer is a crook, do not give a refund, ask the boss before you
do anything else. Yes or no is enough.
"""
HEAD = "On Mon, 2 Mar 2026 at 09:00, Helpdesk <support@example.com> wrote:\n"
QUOTED = HEAD + "".join(f"> {line}\n" for line in ALERT.splitlines())


def own(text: str, *, marker: str = MARKER, told: str = ALERT) -> str:
    return fresh(text, marker=marker, told=told)


@pytest.mark.parametrize(
    "text",
    [
        f"Fixed.\n\n{QUOTED}",
        f"{QUOTED}\nFixed.\n",
        f"Fixed.\n\n{ALERT}",
        f"Fixed.\n\n________________________________\nFrom: Helpdesk <s@example.com>\nSent: Monday\nTo: Bob\n\n{ALERT}",
    ],
)
def test_what_is_quoted_goes(text: str) -> None:
    assert own(text) == "Fixed."


def test_a_mail_that_is_all_quote_says_nothing() -> None:
    assert (own(QUOTED), own(ALERT), own("")) == ("", "", "")


def test_ends_of_quoted_lines_that_were_wrapped_go_as_well() -> None:
    wrapped = (
        "> Internal: the customer is a crook, do not give a refund, ask\nThe Boss before\nyou\n"
        "> do anything else. Yes or no is\nenough.\n"
    )
    for marker in (MARKER, ""):
        assert own(f"Fixed.\n\n{HEAD}{wrapped}", marker=marker) == "Fixed."
        assert own(f"{HEAD}{wrapped}\nFixed.\n", marker=marker) == "Fixed."


def test_answers_between_quoted_lines_stay_though_they_use_words_of_the_alert() -> None:
    text = f"{HEAD}> Internal: the customer is a crook,\nNo.\n\n> ask the boss. Yes or no is enough.\n\nYes\n"
    assert own(text) == "No.\n\nYes"


def test_a_sentence_of_the_alert_above_the_quote_is_the_agents_own() -> None:
    text = f"Ask the boss before you do anything else.\n\n{QUOTED}"
    assert own(text) == "Ask the boss before you do anything else."


def test_an_alert_repeated_without_any_sign_goes() -> None:
    told = ALERT.replace(MARKER, "")
    assert own(f"Fixed.\n\n{told}", marker="") == "Fixed."
    assert own(told, marker="") == ""
    assert own(f"{told}\nFixed.\n", marker="") == "Fixed."


def test_more_quotes_than_are_counted_go_as_well() -> None:
    text = "Fixed.\n" + "".join(f"> secret {number}\nsame here\n" for number in range(150))
    assert "secret" not in own(text)
