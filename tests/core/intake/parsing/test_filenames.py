"""File names made safe (RFC checklist line 28; M27, M32)."""

import pytest

from deskbell.core.intake.parsing.filenames import extension_for, safe_file_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Bericht März.pdf", "Bericht März.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\x.exe", "x.exe"),
        ("C:\\temp\\x.txt", "x.txt"),
        ("C:x.txt", "x.txt"),
        ("/", "attachment-3.pdf"),
        ("x/", "attachment-3.pdf"),
        ("", "attachment-3.pdf"),
        ("...", "attachment-3.pdf"),
        (".htaccess", "htaccess"),
        ("CON", "attachment-3.pdf"),
        ("con.txt", "attachment-3.txt"),
        ("Aux .txt", "attachment-3.txt"),
        ("LPT1.a.b", "attachment-3.a.b"),
        ("COM\u00b9", "attachment-3.pdf"),
        ("console.txt", "console.txt"),
        ("a\r\nb.txt", "ab.txt"),
        ("a\x00.txt", "a.txt"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\u200bb.txt", "ab.txt"),
        ("\ud800.txt", "txt"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("a.txt. . ", "a.txt"),
        ("two   blanks.txt", "two blanks.txt"),
        ("😀.png", "😀.png"),
        ("x" * 4_000 + ".pdf", "x" * 251 + ".pdf"),
        ("ä" * 200 + ".pdf", "ä" * 125 + ".pdf"),
        ("x." + "y" * 4_000, "x." + "y" * 253),
        ("/" * 100_000 + "a.txt", "a.txt"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_file_name(name, content_type="application/pdf", number=3) == safe


def test_a_mail_ends_in_eml() -> None:
    assert safe_file_name("Fwd: hello", content_type="message/rfc822", number=1) == "Fwd_ hello.eml"
    assert safe_file_name("a.EML", content_type="message/rfc822", number=1) == "a.EML"


def test_extensions() -> None:
    types = ("message/rfc822", "text/calendar", "application/ms-tnef", "image/jpeg", "image/png", "x/unknown", "")
    assert [extension_for(kind) for kind in types] == [".eml", ".ics", ".dat", ".jpg", ".png", ".bin", ".bin"]
