"""A second author's mails: charsets, files and faults, each read fully right (RFC checklist lines 26 to 28 and 32 to 35)."""

import attrs
import pytest

from deskbell.core.intake.parsing import Quarantine, read_mail
from stand_ins.second_author import attachments, charsets, malformed
from stand_ins.second_author.sample import Sample

SAMPLES = [
    pytest.param(sample, id=f"{kind}-{sample.id}")
    for kind, samples in (
        ("charsets", charsets.SAMPLES),
        ("attachments", attachments.SAMPLES),
        ("malformed", malformed.SAMPLES),
    )
    for sample in samples
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_rfc_26_and_rfc_27_and_rfc_34_and_m16_a_second_authors_mail_is_read_right(sample: Sample) -> None:
    mail = read_mail(sample.raw)
    read = Sample(
        id=sample.id,
        raw=sample.raw,
        subject=mail.subject,
        name=mail.sender.name if mail.sender else "",
        address=mail.sender.address if mail.sender else "",
        text=_tidy(mail.text),
        html=mail.untrusted_html.strip(),
        files=tuple((each.file_name, each.content_type, len(each.content)) for each in mail.attachments),
        inline=tuple(each.content_id for each in mail.attachments if each.inline),
    )
    assert mail.quarantine is Quarantine.NONE
    expected = sample if sample.text is None else attrs.evolve(sample, text=_tidy(sample.text))
    assert _asked(read, sample) == _asked(expected, sample)


def _asked(values: Sample, expected: Sample) -> dict[str, object]:
    """Those of the values that the sample expects something of."""
    names = ("subject", "name", "address", "text", "html", "files", "inline")
    return {name: getattr(values, name) for name in names if getattr(expected, name) is not None}


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
