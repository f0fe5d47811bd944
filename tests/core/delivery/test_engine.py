"""The embedded engine: woken after a commit it delivers at once; stopped it finishes what is in hand."""

import time
from pathlib import Path

from deskbell.core.app.service import Service
from stand_ins.desks import MAIL, new_desk, opened
from stand_ins.smtp_sink import SmtpSink


def test_a_mail_is_answered_at_once_by_a_running_service(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink
) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port)
    with opened(folder) as desk:
        service = Service(desk, listen=False)
        service.start()
        try:
            for number in range(5):
                began = time.monotonic()
                raw = MAIL.replace(b"<one@", f"<{number}@".encode())
                mail_id = desk.intake.accept(raw, envelope_from=None, envelope_to=(), source="test")
                service.on_mail([mail_id])
                smtp_sink.wait_for(2 * (number + 1), timeout=4)
                # The idle pause of a postman is 5 s: it was woken, it did not happen to look.
                assert time.monotonic() - began < 4
        finally:
            service.stop()
    assert len(smtp_sink.mails) == 10


def test_a_listener_that_is_switched_off_does_not_listen(tmp_path: Path) -> None:
    folder = new_desk(tmp_path / "desk", database_url="")
    file = folder / "deskbell.toml"
    file.write_text(file.read_text().replace("[listener]", "[listener]\nenabled = false", 1))
    with opened(folder) as desk:
        assert Service(desk, listen=True).listening_on == ""
