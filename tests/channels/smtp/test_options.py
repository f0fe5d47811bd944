"""What an administrator can set, and what is refused in words."""

import pytest

from deskbell.channels.smtp import SmtpChannel
from deskbell.channels.smtp.options import Security, SmtpOptions
from deskbell.core.contract.structuring import InvalidSetting, field_is_secret, schema, structure


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("opportunistic", 25), ("none", 25)])
def test_the_usual_port(security: str, port: int) -> None:
    options = structure({"host": "mx.example.com", "security": security}, SmtpOptions, file="")
    assert options.server == f"mx.example.com:{port}"
    assert SmtpOptions(host="mx.example.com", security=Security(security), port=2525).effective_port == 2525


def test_certificates_are_verified_unless_told_otherwise() -> None:
    assert SmtpOptions().security is Security.STARTTLS


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"host": "mx.example.com:587"}, "must be the name or the address of one server"),
        ({"host": "mx example"}, "must be the name or the address of one server"),
        ({"host": "mx\r\n"}, "must be the name or the address of one server"),
        ({"port": 0}, "must be at least 1, not 0"),
        ({"port": 65536}, "must be at most 65535, not 65536"),
        ({"security": "ssl"}, 'must be "starttls" or "tls" or "opportunistic" or "none"'),
        ({"hello_name": "desk example"}, "must be a host name such as desk.example.com"),
        ({"hello_name": "desk\r\nMAIL"}, "must be a host name such as desk.example.com"),
        ({"timeout_seconds": 0}, "must be more than 0, not 0"),
        ({"timeout_seconds": 601}, "must be at most 600, not 601"),
        ({"connections": 0}, "must be at least 1, not 0"),
        ({"security": "opportunistic", "username": "desk"}, 'must not sign in with security "opportunistic"'),
        ({"pasword": "x"}, "is not known. Did you mean 'password'?"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(data: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        structure(data, SmtpOptions, file="deskbell.toml", path="channels.smtp")
    assert str(refused.value).startswith("deskbell.toml: channels.smtp")
    assert sentence in str(refused.value)


@pytest.mark.parametrize("host", ["mx.example.com", "192.0.2.1", "::1", "2001:db8::1", "bücher.example"])
def test_hosts(host: str) -> None:
    assert SmtpOptions(host=host).host == host


def test_the_password_is_secret() -> None:
    assert field_is_secret(SmtpOptions, "password")
    assert "hunter2" not in repr(SmtpOptions(password="hunter2"))
    with pytest.raises(InvalidSetting) as refused:
        structure({"password": 123456}, SmtpOptions, file="")
    assert "123456" not in str(refused.value)


def test_every_option_has_a_help() -> None:
    assert all(field.help for field in schema(SmtpOptions))


def test_a_channel_says_what_it_lacks() -> None:
    assert SmtpChannel(SmtpOptions(), send_limit=60).unready() == "no SMTP server is named; set channels.smtp.host"
    assert SmtpChannel(SmtpOptions(host="mx.example.com"), send_limit=60).unready() == ""
