"""A reverse proxy reports failed logins on the command line; the administrator gets one mail."""

from stand_ins.alerts import alerts, body
from stand_ins.command_line import Cli
from stand_ins.smtp_sink import SmtpSink


def test_failed_logins_become_one_mail(cli: Cli, smtp_sink: SmtpSink) -> None:
    """With a limit of one failure, so that few commands are enough."""
    toml = cli.folder.parent / "limit.toml"
    toml.write_text("[settings]\nlogin_failures = 1\n")
    cli("apply", str(toml), "--yes")
    report = ("logins", "failed", "--account", "Ann@Example.com", "--kind", "end-user", "--from", "2001:db8::7")
    assert cli(*report) == "Counted.\n"
    assert cli(*report) == "Counted; the limit is passed and the administrator is told.\n"
    assert cli(*report) == "Counted.\n"
    listed = cli.json("logins", "list")
    assert [(row["counter"], row["failures"]) for row in listed] == [
        ("end_user:ann@example.com", 3),
        ("network:2001:db8::/64", 3),
    ]
    assert all(row["told_at"] for row in listed)
    cli("work", "--once")
    [alert] = alerts(smtp_sink, "failed logins")
    assert "2 failed logins in 15 minutes" in body(alert)
    assert "end_user:ann@example.com" in body(alert)
    assert "network:2001:db8::/64" in body(alert)


def test_what_cannot_be_counted_is_refused(cli: Cli) -> None:
    said = cli("logins", "failed", "--account", "ann", "--kind", "agent", "--from", "nowhere", code=1)
    assert "'nowhere': this is no network address. Write it like 192.0.2.7 or 2001:db8::7." in said
    assert cli("logins", "list") == "No login has failed lately.\n"
