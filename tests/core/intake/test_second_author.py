"""What real servers and programs send, as a second author remembers it: read and judged as a whole, and kind by kind."""

from collections import Counter

import pytest

from deskbell.core.intake.bounces import Report, read_report
from deskbell.core.intake.gate import judge
from deskbell.core.intake.parsing import read_mail
from stand_ins.mails.second_author import Sample, bounce_samples, mail_samples

OWN = frozenset({"support@desk.example"})
BOUNCES = bounce_samples()
MAILS = mail_samples()
NULL_PATH = b"Return-Path: <>\r\n"
# Real reports among the other mails: what they say is not asked here.
REPORTS = {"reports"}


def named(sample: Sample) -> object:
    return pytest.param(sample, id=sample.label)


def is_right(sample: Sample, report: Report | None) -> bool:
    kind, addresses = sample.expected
    if report is None or report.kind != kind:
        return False
    return not addresses or {each.lower() for each in report.addresses} == set(addresses.split(","))


@pytest.mark.parametrize("sample", [named(each) for each in BOUNCES])
def test_rfc_40_a_report_is_read_and_never_answered(sample: Sample) -> None:
    mail = read_mail(sample.raw)
    assert is_right(sample, read_report(mail))
    assert not judge(mail, envelope_from=None, own_addresses=OWN).allowed


def test_rfc_40_reports_are_read_without_an_envelope_as_well() -> None:
    """A mailbox that is fetched may have lost the Return-Path."""
    wrong = [
        sample.label
        for sample in BOUNCES
        if not is_right(sample, read_report(read_mail(sample.raw.replace(NULL_PATH, b"", 1))))
    ]
    assert wrong == []


@pytest.mark.parametrize("sample", [named(each) for each in MAILS])
def test_rfc_5_what_may_be_answered_and_what_may_not(sample: Sample) -> None:
    verdict = judge(read_mail(sample.raw), envelope_from=None, own_addresses=OWN)
    assert verdict.allowed == (sample.expected == ("answer",))


@pytest.mark.parametrize("sample", [named(each) for each in MAILS if each.kind not in REPORTS])
def test_rfc_40_other_mail_is_no_report(sample: Sample) -> None:
    assert read_report(read_mail(sample.raw)) is None


def test_the_samples_are_many_and_each_has_its_own_name() -> None:
    labels = Counter(each.label for each in (*BOUNCES, *MAILS))
    assert [label for label, count in labels.items() if count > 1] == []
    assert (len(BOUNCES) >= 190, len(MAILS) >= 200) == (True, True)
