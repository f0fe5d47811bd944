"""`deskbell.toml`: reading, refusing, writing, and where a desk's files lie."""

import tomllib
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from deskbell.core.contract.structuring import InvalidSetting, schema
from deskbell.core.settings import (
    DatabaseSettings,
    DeskPaths,
    ListenerSettings,
    LogFormat,
    LogLevel,
    LogSettings,
    MailProtocol,
    PluginSettings,
    Settings,
    WorkerSettings,
    load_settings,
    read_toml,
    render_settings,
)


def write(directory: Path, text: str) -> None:
    (directory / "deskbell.toml").write_text(text, encoding="utf-8")


def refusal(directory: Path, *, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(InvalidSetting) as refused:
        load_settings(directory, environment=environment or {})
    return str(refused.value)


# --- reading ---


def test_no_file_gives_the_defaults(tmp_path: Path) -> None:
    loaded = load_settings(tmp_path, environment={})
    assert loaded.database.url == ""
    assert (loaded.listener.enabled, loaded.listener.protocol) == (True, MailProtocol.SMTP)
    assert (loaded.listener.host, loaded.listener.port) == ("127.0.0.1", 2525)
    assert loaded.listener.max_mail_bytes > 25 * 1024 * 1024 * 4 // 3 * 78 // 76
    assert (loaded.worker.threads, loaded.worker.ring_limit_seconds, loaded.worker.send_limit_seconds) == (2, 5.0, 60.0)
    assert (loaded.plugins.disabled, loaded.plugins.safe_mode) == ((), False)
    assert (loaded.log.level, loaded.log.format) == (LogLevel.INFO, LogFormat.TEXT)


def test_a_file_is_read_and_the_rest_stays_default(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[listener]\nprotocol = "lmtp"\nport = 2400\n'
        '[plugins]\ndisabled = ["new-ticket-alert"]\n'
        '[log]\nformat = "json"\n',
    )
    assert load_settings(tmp_path, environment={}) == Settings(
        listener=ListenerSettings(protocol=MailProtocol.LMTP, port=2400),
        plugins=PluginSettings(disabled=("new-ticket-alert",)),
        log=LogSettings(format=LogFormat.JSON),
    )


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "deskbell.toml").write_bytes(b"\xef\xbb\xbf[listener]\r\nport = 25\r\n")
    assert load_settings(tmp_path, environment={}).listener.port == 25


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    write(tmp_path, '[database]\nurl = "sqlite:///other.sqlite3"\n[worker]\nthreads = 3\n')
    environment = {"DESKBELL_DATABASE_URL": "postgresql://ann@db/desk", "DESKBELL_WORKER_THREADS": "9"}
    loaded = load_settings(tmp_path, environment=environment)
    assert loaded.database.url == "postgresql://ann@db/desk"
    assert loaded.worker.threads == 3


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    write(tmp_path, '[database]\nurl = "sqlite:///other.sqlite3"\n')
    loaded = load_settings(tmp_path, environment={"DESKBELL_DATABASE_URL": ""})
    assert loaded.database.url == "sqlite:///other.sqlite3"


def test_the_process_environment_is_read_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKBELL_DATABASE_URL", "sqlite:///seen.sqlite3")
    assert load_settings(tmp_path).database.url == "sqlite:///seen.sqlite3"


def test_a_bad_variable_is_named(tmp_path: Path) -> None:
    told = refusal(tmp_path, environment={"DESKBELL_DATABASE_URL": "mysql://root:hunter2@h/x"})
    assert told.startswith(
        "DESKBELL_DATABASE_URL: database.url must begin with sqlite:/// and a file or with postgresql://"
    )
    assert "hunter2" not in told


# --- refusing ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("databse = 1", "deskbell.toml: databse is not known. Did you mean 'database'?"),
        ("[listener]\nprot = 1", "deskbell.toml: listener.prot is not known. Did you mean 'port'?"),
        ("[listener]\nport = 'abc'", 'deskbell.toml: listener.port must be a whole number, not "abc".'),
        ("[listener]\nport = 65536", "deskbell.toml: listener.port must be at most 65535, not 65536."),
        ("[listener]\nport = -1", "deskbell.toml: listener.port must be at least 0, not -1."),
        ("[listener]\nhost = ' '", "deskbell.toml: listener.host must not be empty."),
        ("[listener]\nmax_mail_bytes = 0", "deskbell.toml: listener.max_mail_bytes must be at least 1024, not 0."),
        (
            "[listener]\nprotocol = 'LMTP'",
            'deskbell.toml: listener.protocol must be "smtp" or "lmtp", not "LMTP". Did you mean \'lmtp\'?',
        ),
        ("listener = true", "deskbell.toml: listener must be a table, not true."),
        ("[[listener]]\nport = 1", "deskbell.toml: listener must be a table, not a list."),
        ("[worker]\nthreads = 0", "deskbell.toml: worker.threads must be at least 1, not 0."),
        ("[worker]\nthreads = 65", "deskbell.toml: worker.threads must be at most 64, not 65."),
        (
            "[worker]\nring_limit_seconds = 0",
            "deskbell.toml: worker.ring_limit_seconds must be more than 0, not 0.0.",
        ),
        (
            "[worker]\nsend_limit_seconds = inf",
            "deskbell.toml: worker.send_limit_seconds must be a number, not Infinity.",
        ),
        ("[plugins]\ndisabled = 'x'", 'deskbell.toml: plugins.disabled must be a list, not "x".'),
        ("[plugins]\nsafe_mode = 1", "deskbell.toml: plugins.safe_mode must be true or false, not 1."),
        ("[database]\nurl = 5", "deskbell.toml: database.url must be text."),
        (
            "[listener]\nport = 1\n[log\n",
            "deskbell.toml is not TOML at line 3: expected ']' at the end of a table declaration.",
        ),
        ("x\n", "deskbell.toml is not TOML at line 1: expected '=' after a key in a key/value pair."),
        ("a = ", "deskbell.toml is not TOML at end of document: invalid value."),
        (f"a = {'9' * 5000}", "deskbell.toml holds a number too long or lists too deep to read."),
        (f"a = {'[' * 5000}", "deskbell.toml holds a number too long or lists too deep to read."),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, text: str, expected: str) -> None:
    write(tmp_path, text)
    assert refusal(tmp_path) == expected


@pytest.mark.parametrize(
    "url",
    [
        "mysql://h/x",
        "postgres://h/x",
        "sqlite://desk.sqlite3",
        "sqlite:///:memory:",
        "desk.sqlite3",
        "sqlite:///?mode=ro",
    ],
)
def test_an_unusable_database_is_refused_without_being_quoted(tmp_path: Path, url: str) -> None:
    write(tmp_path, f"[database]\nurl = '{url}'\n")
    wanted = "must begin with sqlite:/// and a file or with postgresql:// and a server, or be empty"
    assert refusal(tmp_path) == f"deskbell.toml: database.url {wanted}."


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "postgresql://"])
def test_a_database_that_is_only_a_beginning_is_refused(tmp_path: Path, url: str) -> None:
    write(tmp_path, f"[database]\nurl = '{url}'\n")
    assert refusal(tmp_path) == "deskbell.toml: database.url is not accepted: its value is secret and not shown."


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "deskbell.toml").write_bytes(b"[listener]\n# caf\xe9\nport = 25\n")
    assert refusal(tmp_path) == "deskbell.toml is not UTF-8 text at line 2."


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deskbell.toml").mkdir()
    assert refusal(tmp_path) == "deskbell.toml cannot be read: Is a directory."


def test_a_file_that_exists_and_cannot_be_opened_is_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "deskbell.toml").symlink_to(tmp_path / "deskbell.toml")
    assert refusal(tmp_path) == "deskbell.toml cannot be read: Too many levels of symbolic links."


def test_other_toml_files_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"^support\.toml cannot be read: No such file or directory\.$"):
        read_toml(tmp_path / "support.toml")


def test_the_database_password_is_not_in_repr() -> None:
    assert "hunter2" not in repr(Settings(database=DatabaseSettings(url="postgresql://u:hunter2@h/x")))


# --- writing ---


def test_a_fresh_file_shows_every_default_commented_out(tmp_path: Path) -> None:
    text = render_settings(Settings())
    for line in ("[listener]", "#port = 2525", '#protocol = "smtp"', "#ring_limit_seconds = 5.0", "#disabled = []"):
        assert line in text.splitlines()
    assert all(not values for values in tomllib.loads(text).values())
    assert max(map(len, text.splitlines())) <= 100


def test_taking_the_marks_away_changes_nothing(tmp_path: Path) -> None:
    lines = render_settings(Settings()).splitlines()
    write(
        tmp_path, "\n".join(line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in lines)
    )
    assert tomllib.loads((tmp_path / "deskbell.toml").read_text())["worker"]["threads"] == 2
    assert load_settings(tmp_path, environment={}) == Settings()


def test_every_setting_is_explained_above_its_line() -> None:
    lines = render_settings(Settings()).splitlines()
    for field in schema(Settings):
        assert field.help, field.name
        place = next(n for n, line in enumerate(lines) if line.startswith(f"#{field.name.split('.')[1]} = "))
        assert lines[place - 1].startswith("# ")


def test_what_is_not_default_is_active() -> None:
    text = render_settings(Settings(listener=ListenerSettings(port=25), plugins=PluginSettings(disabled=("a", "b"))))
    assert "port = 25" in text.splitlines()
    assert 'disabled = ["a", "b"]' in text.splitlines()


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
limits = st.floats(0, 3600, exclude_min=True)
all_settings = st.builds(
    Settings,
    database=st.builds(
        DatabaseSettings,
        url=st.just("")
        | st.from_regex(r"sqlite:///[a-z\"'#\\ é]+\.db", fullmatch=True)
        | st.from_regex(r"postgresql(\+psycopg)?://[a-z]+:[^\n\ud800-\udfff]*@h/x", fullmatch=True),
    ),
    listener=st.builds(
        ListenerSettings,
        enabled=st.booleans(),
        protocol=st.sampled_from(MailProtocol),
        host=texts.filter(str.strip),
        port=st.integers(0, 65535),
        max_mail_bytes=st.integers(1024),
    ),
    worker=st.builds(WorkerSettings, threads=st.integers(1, 64), ring_limit_seconds=limits, send_limit_seconds=limits),
    plugins=st.builds(PluginSettings, disabled=st.lists(texts, max_size=4).map(tuple), safe_mode=st.booleans()),
    log=st.builds(LogSettings, level=st.sampled_from(LogLevel), format=st.sampled_from(LogFormat)),
)


@given(all_settings)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_written_reads_back_equal(tmp_path: Path, value: Settings) -> None:
    write(tmp_path, render_settings(value))
    assert load_settings(tmp_path, environment={}) == value


# --- where the files lie ---


def test_every_file_is_in_the_desk(tmp_path: Path) -> None:
    paths = DeskPaths(tmp_path)
    assert paths.settings_file == tmp_path / "deskbell.toml"
    assert paths.database_file == tmp_path / "desk.sqlite3"
    assert paths.attachments == tmp_path / "attachments"
    assert paths.templates == tmp_path / "templates"
    assert paths.key_file == tmp_path / "secret.key"
    assert paths.scheduler_locks == tmp_path / "locks"
    assert list(tmp_path.iterdir()) == []


def test_a_relative_desk_stays_where_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = DeskPaths(Path("desk"))
    monkeypatch.chdir("/")
    assert paths.database_file == tmp_path / "desk" / "desk.sqlite3"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "sqlite:////srv/desk/desk.sqlite3"),
        ("sqlite:///other.sqlite3", "sqlite:////srv/desk/other.sqlite3"),
        ("sqlite:////var/lib/other.sqlite3", "sqlite:////var/lib/other.sqlite3"),
        ("sqlite:///my%20desk.sqlite3", "sqlite:////srv/desk/my%20desk.sqlite3"),
        ("sqlite:///my desk.sqlite3", "sqlite:////srv/desk/my%20desk.sqlite3"),
        ("sqlite:///other.sqlite3?timeout=5", "sqlite:////srv/desk/other.sqlite3?timeout=5"),
        (
            "postgresql://ann:pw@db:5432/desk?sslmode=require",
            "postgresql+psycopg://ann:pw@db:5432/desk?sslmode=require",
        ),
        ("postgresql+psycopg://db/desk", "postgresql+psycopg://db/desk"),
        ("postgresql:///desk?host=/run/postgresql", "postgresql+psycopg:///desk?host=/run/postgresql"),
    ],
)
def test_the_database_has_one_full_name(url: str, expected: str) -> None:
    chosen = Settings(database=DatabaseSettings(url=url))
    assert DeskPaths(Path("/srv/desk")).database_url(chosen) == expected


@pytest.mark.parametrize("name", ["plain", "with space", "what?", "100%41", "a#b", "ünï", "a@b:c"])
def test_any_folder_name_survives_in_the_url(name: str) -> None:
    url = make_url(DeskPaths(Path("/srv") / name).database_url(Settings()))
    assert url.database == f"/srv/{name}/desk.sqlite3"
    assert not url.query


def test_settings_can_be_changed_only_by_copy() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Settings().listener.port = 1  # type: ignore[misc]
