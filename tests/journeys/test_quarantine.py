"""Mail in quarantine on the command line: listed with the reason, downloaded, tried again, deleted (test M38)."""

from stand_ins.command_line import Cli

HOSTILE = b"From: ada@customer.example\r\nSubject: many\r\n" + b"X-Line: y\r\n" * 5_000 + b"\r\nhello\r\n"


def test_m38_an_empty_list_says_which_mails_there_are_not(cli: Cli) -> None:
    aside = "No mail was refused or set aside; 'deskbell mail list --state all' lists every mail.\n"
    assert cli("mail", "list") == aside
    assert cli("mail", "list", "--state", "all") == "No mail came in yet.\n"
    assert cli("mail", "list", "--state", "loop") == "There is no mail in the state 'loop'.\n"
    assert cli.json("mail", "list") == []


def test_m38_quarantined_mail_is_listed_shown_retried_and_deleted(cli: Cli) -> None:
    cli("mail", "receive", stdin=HOSTILE)
    cli("mail", "receive", stdin=b"From: ada@customer.example\r\nSubject: fine\r\n\r\nhello\r\n")
    [kept] = cli.json("mail", "list", "--state", "quarantined")
    assert (kept["id"], kept["reason"], kept["size"]) == (1, "it has too many header fields", len(HOSTILE))
    assert cli("mail", "show", "1").encode() == HOSTILE
    assert cli("mail", "retry", "1") == "It is quarantined again: it has too many header fields.\n"
    assert "Delete?" in cli("mail", "delete", "1", stdin=b"n\n", code=1)
    assert cli("mail", "delete", "1", "2", "--yes") == "1 of 2 deleted.\n"
    assert [row["id"] for row in cli.json("mail", "list", "--state", "all")] == [2]
    assert "There is no mail named '1'" in cli("mail", "delete", "1", "--yes", code=1)
