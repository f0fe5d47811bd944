"""Ten thousand mails in ten minutes, of one sender and of as many: kept, capped, and within the memory that a desk may take."""

from pathlib import Path

from stand_ins.mail_storm import Storm, weather

MAILS = 10_000
BYSTANDERS = 5
MOST_MIB = 512


def test_m7_and_rfc_15_a_flood_of_one_sender(tmp_path: Path) -> None:
    after = weather(tmp_path / "desk", Storm(mails=MAILS, one_sender=True))
    # All are kept; those over the limit of 20 tickets are there to be tried again.
    assert after.states == {"stored": 20 + BYSTANDERS, "refused": MAILS - 20}
    assert after.tickets == 20 + BYSTANDERS
    assert after.deliveries["new-ticket-autoresponse"] == 5 + BYSTANDERS
    assert after.deliveries["overlimit-notice"] == 2
    assert after.bystander_seconds < 60
    assert after.peak_mib < MOST_MIB


def test_m8_and_rfc_14_a_storm_of_strangers(tmp_path: Path) -> None:
    after = weather(tmp_path / "desk", Storm(mails=MAILS, one_sender=False))
    assert after.states == {"stored": MAILS + BYSTANDERS}
    assert after.tickets == MAILS + BYSTANDERS
    assert after.deliveries["new-ticket-autoresponse"] == 300
    assert after.deliveries["new-ticket-alert"] == MAILS + BYSTANDERS
    assert after.peak_mib < MOST_MIB
