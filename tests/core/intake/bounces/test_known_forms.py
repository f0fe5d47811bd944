"""The detectors of the library: asked with bounded text, and believed only as far as they do not break."""

from typing import Any

import pytest

from deskbell.core.intake.bounces import known_forms
from deskbell.core.intake.bounces.known_forms import known_failures

QMAIL = "Hi. This is the qmail-send program at mx.example.net.\n\n<ada@example.org>:\nno mailbox here\n\n--- Below this line\n"


def known(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return known_failures(text, subject="failure notice", mailer="", sender="MAILER-DAEMON@mx.example.net")


def test_rfc_40_a_form_that_the_library_knows() -> None:
    assert known(QMAIL) == ((), ("ada@example.org",))


def test_rfc_40_a_warning_is_no_failure() -> None:
    text = "The address to which the message has not yet been delivered is:\n\n ada@example.org\n\nNo action is required on your part.\n"
    assert known(text) == (("ada@example.org",), ())


def test_rfc_40_other_letters_and_no_text_find_nothing() -> None:
    assert known("") == ((), ())
    assert known("配信できませんでした ä@ö.example\n") == ((), ())


def test_rfc_40_a_detector_that_breaks_has_found_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(message: Any) -> Any:
        raise UnicodeError("no")

    monkeypatch.setattr(known_forms, "all_failures", breaks)
    assert known(QMAIL) == ((), ())
