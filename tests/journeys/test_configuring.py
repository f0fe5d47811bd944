"""A desk that is switched, ticked and looked at by hand, as an administrator does it on the command line."""

from pathlib import Path

import pytest

from stand_ins.command_line import Cli


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    made = Cli(tmp_path / "desk")
    made("init", "--no-input", "--admin", "ann@example.com")
    return made


def test_a_tick_is_set_found_in_the_audit_and_taken_back(cli: Cli) -> None:
    assert cli("changes", "--plugin", "new-ticket-alert") == "Nothing was changed for 'new-ticket-alert'.\n"
    assert cli(
        "plugins", "set", "new-ticket-alert", "audience.department_member", "true", "--department", "support"
    ) == ("'audience.department_member' of 'new-ticket-alert' is now true in department 'Support'.\n")
    cli("plugins", "switch", "new-ticket-alert", "opt-in", "--by", "ann@example.com")
    shown = cli.json("plugins", "show", "new-ticket-alert", "--department", "Support")
    origins = {each["name"]: each["origin"] for each in shown["values"]}
    assert origins["audience.department_member"] == "in department 'Support'"
    assert [(each["where"], each["position"], each["decides"]) for each in shown["path"]] == [
        ("by default", "on", False),
        ("for the whole desk", "opt-in", True),
        ("in department 'Support'", "inherit", False),
    ]
    opt_in, tick = cli.json("changes", "--plugin", "new-ticket-alert")
    assert (opt_in["by"], opt_in["what"], opt_in["before"], opt_in["after"]) == (
        "Administrator",
        "new-ticket-alert switch for the whole desk",
        "not set",
        '"opt-in"',
    )
    assert cli("changes", "undo", str(tick["id"])) == (
        f"Change {tick['id']} is undone: new-ticket-alert audience.department_member in department 'Support' "
        "is not set again.\n"
    )
    assert "undid it already" in cli("changes", "undo", str(tick["id"]), code=1)
    assert "not set" in cli("plugins", "unset", "new-ticket-alert", "audience.administrator", code=1)
    assert "always on has none" in cli("plugins", "switch", "system-error-alert", "shadow", code=1)


def test_a_file_is_applied_in_the_name_of_an_agent(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "limit.toml"
    file.write_text("[settings]\nticket_limit = 3\n")
    cli("apply", str(file), "--by", "ann@example.com")
    newest = cli.json("changes", "--limit", "1")
    assert [(each["by"], each["what"], each["after"]) for each in newest] == [
        ("Administrator", "ticket_limit for the whole desk", "3")
    ]
    file.write_text("[settings]\nticket_limit = 4\n")
    assert "There is no agent named 'eve@example.com'" in cli("apply", str(file), "--by", "eve@example.com", code=1)
    assert cli.json("changes", "--limit", "1") == newest


@pytest.mark.parametrize(
    "command",
    [
        ("changes", "undo"),
        ("changes", "--limit"),
        ("logins", "list", "--limit"),
        ("explain", "--event"),
        ("explain", "--refused"),
        ("outbox", "show"),
        ("mail", "show"),
    ],
)
def test_a_number_that_no_database_holds_is_one_sentence(cli: Cli, command: tuple[str, ...]) -> None:
    assert "is not in the range 1<=x<=" in cli(*command, "9" * 20, code=2)


def test_a_file_from_a_pipe_is_applied_as_it_is_shown(cli: Cli) -> None:
    said = cli("apply", "/dev/stdin", stdin=b'[settings]\ndesk_name = "From a pipe"\n')
    assert "Applied." in said
    assert 'desk_name = "From a pipe"' in cli("export")
