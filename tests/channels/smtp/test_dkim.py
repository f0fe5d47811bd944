"""DKIM signatures, judged by a verifier that is not ours (RFC 6376, RFC 8463)."""

import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import attrs
import dkim  # type: ignore[import-untyped]  # it has no types
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_curve_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as new_rsa_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskbell.channels.smtp import SmtpChannel
from deskbell.channels.smtp.dkim import DkimUnusable, signer
from deskbell.channels.smtp.dkim_options import DkimKey
from deskbell.channels.smtp.options import SmtpOptions
from deskbell.channels.smtp.writer import compose
from deskbell.core.contract.channel import Delivery, File, Receipt
from deskbell.core.contract.structuring import InvalidSetting, structure
from stand_ins.smtp_sink import SmtpSink

MakeDelivery = Callable[..., Delivery]

RSA = new_rsa_key(public_exponent=65537, key_size=2048)
ED25519 = Ed25519PrivateKey.generate()

DNS = {
    b"rsa2026._domainkey.desk.example.": b"v=DKIM1; k=rsa; p="
    + b64encode(RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
    b"ed2026._domainkey.desk.example.": b"v=DKIM1; k=ed25519; p="
    + b64encode(ED25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)),
}


def pem(
    key: RSAPrivateKey | Ed25519PrivateKey,
    form: PrivateFormat = PrivateFormat.PKCS8,
    lock: KeySerializationEncryption = NoEncryption(),  # noqa: B008 - it holds nothing
) -> str:
    return key.private_bytes(Encoding.PEM, form, lock).decode()


RSA_KEY = DkimKey(selector="rsa2026", domain="desk.example", private_key=pem(RSA))
ED_KEY = DkimKey(selector="ed2026", domain="desk.example", private_key=pem(ED25519))
SIGNERS = [signer(ED_KEY), signer(RSA_KEY)]


def verified(content: bytes) -> list[bool]:
    """What the independent verifier says of each signature, the uppermost first."""
    count = len(re.findall(rb"^DKIM-Signature:", content, re.MULTILINE))
    return [_verified(dkim.DKIM(content), number) for number in range(count)]


def _verified(mail: dkim.DKIM, number: int) -> bool:
    try:
        return bool(mail.verify(number, dnsfunc=lambda name, timeout=5: DNS[name]))
    except dkim.ValidationError:
        return False


def full(make: MakeDelivery, **changes: object) -> Delivery:
    values: dict[str, object] = {
        "subject": "Drucker  für das Büro " * 9,
        "text": "Two  blanks \n\n\tand a tab\n\n\n",
        "html": "<p>Grüße</p>",
        "cc": (("Bob", "bob@example.com"),),
        "reply_to": ("Support", "support+r.1.abc@desk.example"),
        "in_reply_to": "<mail@example.com>",
        "references": tuple(f"<mail{number}@example.com>" for number in range(20)),
        "automatic": "auto-generated",
        "list_id": ("Support", "support.desk.example"),
        "unsubscribe": "https://desk.example/unsubscribe/1.abc",
        "files": (File(file_name="a.pdf", content_type="application/pdf", content=b"x" * 999),),
    }
    return make(**(values | changes))


def test_rfc_48_two_signatures_that_others_can_verify(delivery: MakeDelivery) -> None:
    content = compose(full(delivery), utf8=False, signers=SIGNERS).content
    assert re.findall(rb"a=([a-z0-9-]+);", content) == [b"ed25519-sha256", b"rsa-sha256"]
    assert verified(content) == [True, True]


def test_rfc_48_and_rfc_49_what_is_signed(delivery: MakeDelivery) -> None:
    content = compose(full(delivery, text="x", html="", files=()), utf8=False, signers=SIGNERS[1:]).content
    [covered] = re.findall(rb" h=([^;]+);", content)
    assert covered.replace(b"\r\n ", b"").decode().split(":") == [
        "from", "to", "cc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references", "auto-submitted",
        "list-id", "list-unsubscribe", "list-unsubscribe-post", "mime-version", "content-type",
        "content-transfer-encoding", "from",
    ]  # fmt: skip
    assert b"c=relaxed/relaxed" in content
    assert verified(content) == [True]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"and a tab", b"and a cab"),
        (b"\r\nTo: ", b"\r\nTo: eve@example.com, "),
        (b"\r\nSubject: ", b"\r\nSubject: Re: "),
        (b"\r\nAuto-Submitted: auto-generated", b"\r\nAuto-Submitted: no"),
        (b"<https://desk.example/", b"<https://evil.example/"),
        (b"\r\nFrom: ", b"\r\nFrom: eve@desk.example\r\nFrom: "),
        (b"\r\nContent-Type: multipart/mixed", b"\r\nContent-Type: multipart/digest"),
    ],
)
def test_rfc_48_a_changed_mail_fails(delivery: MakeDelivery, before: bytes, after: bytes) -> None:
    content = compose(full(delivery), utf8=False, signers=SIGNERS).content
    assert content.count(before) == 1
    assert verified(content.replace(before, after)) == [False, False]


def test_rfc_48_blanks_that_a_server_changes_do_no_harm(delivery: MakeDelivery) -> None:
    content = compose(full(delivery), utf8=False, signers=SIGNERS).content
    changed = content.replace(b"Two  blanks \r\n", b"Two blanks\r\n").replace(b"\r\nTo: ", b"\r\nTO:  ")
    assert changed != content
    assert verified(changed) == [True, True]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
words = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=100)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(subject=words, name=words, text=texts, html=texts)
def test_rfc_48_any_mail_is_signed_rightly(
    delivery: MakeDelivery, subject: str, name: str, text: str, html: str
) -> None:
    mail = delivery(subject=subject, sender=(name, "support@desk.example"), text=text, html=html)
    content = compose(mail, utf8=False, signers=SIGNERS[:1]).content
    assert max(map(len, content.split(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
    assert verified(content) == [True]


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("support@desk.example", 1),
        ("support@Mail.Desk.Example", 1),
        ("support@otherdesk.example", 0),
        ("support@example", 0),
    ],
)
def test_rfc_48_only_mail_of_the_domain_is_signed(delivery: MakeDelivery, address: str, count: int) -> None:
    content = compose(delivery(sender=("", address)), utf8=False, signers=SIGNERS[1:]).content
    assert verified(content) == [True] * count


def test_rfc_48_the_same_bytes_on_every_try(delivery: MakeDelivery) -> None:
    one, two = (compose(full(delivery, attempt=attempt), utf8=False, signers=SIGNERS) for attempt in (1, 7))
    assert one == two


def test_rfc_48_through_a_server(smtp_sink: SmtpSink, delivery: MakeDelivery, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text(pem(RSA, PrivateFormat.TraditionalOpenSSL), encoding="ascii")
    table = {"selector": "rsa2026", "domain": "desk.example", "private_key_file": str(file)}
    options = {"host": smtp_sink.host, "port": smtp_sink.port, "security": "none", "dkim": [table]}
    channel = SmtpChannel(structure(options, SmtpOptions, file="test"), send_limit=4.0)
    # Read once: each mail of a desk must not wait for a disk.
    file.unlink()
    dots = full(delivery, text=".\n..\n.dot\n")
    [result] = channel.deliver([dots])
    channel.close()
    assert isinstance(result, Receipt)
    [mail] = smtp_sink.mails
    assert verified(mail.data) == [True]


def test_an_ed25519_key_may_be_its_32_bytes() -> None:
    raw = ED25519.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    key = attrs.evolve(ED_KEY, private_key=b64encode(raw).decode())
    assert signer(key).algorithm == "ed25519-sha256"


@pytest.mark.parametrize(
    ("private_key", "sentence"),
    [
        ("rubbish", "it is no private key in PEM form without a password"),
        (pem(RSA, lock=BestAvailableEncryption(b"x")), "it is no private key in PEM form without a password"),
        (
            new_curve_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            "it is neither an RSA nor an Ed25519 key",
        ),
    ],
)
def test_rfc_48_a_bad_key_holds_the_mail_back(private_key: str, sentence: str) -> None:
    key = attrs.evolve(RSA_KEY, private_key=private_key)
    with pytest.raises(DkimUnusable) as refused:
        SmtpChannel(SmtpOptions(host="127.0.0.1", dkim=(key,)), send_limit=4.0)
    assert str(refused.value) == (
        f"The DKIM key 'rsa2026' of desk.example cannot be used: {sentence}. Check channels.smtp.dkim, or take the key "
        "out to send mail without its signature."
    )


def test_rfc_48_a_missing_file_is_named(tmp_path: Path) -> None:
    key = DkimKey(selector="s", domain="desk.example", private_key_file=str(tmp_path / "none.pem"))
    with pytest.raises(DkimUnusable, match=r"none\.pem cannot be read \(No such file or directory\)"):
        signer(key)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"selector": "a b"}, "must be the name before ._domainkey, such as desk2026"),
        ({"domain": "no domain"}, "must be a domain, such as example.com"),
        ({"private_key_file": "x"}, "must have either private_key or private_key_file"),
        ({"private_key": ""}, "must have either private_key or private_key_file"),
    ],
)
def test_options_of_a_key(changes: dict[str, str], sentence: str) -> None:
    table = {"selector": "s", "domain": "desk.example", "private_key": "secret words"} | changes
    with pytest.raises(InvalidSetting) as refused:
        structure({"dkim": [table]}, SmtpOptions, file="f")
    assert sentence in str(refused.value)
    assert "secret words" not in str(refused.value)


def test_the_key_is_not_shown() -> None:
    assert "BEGIN" not in repr(SmtpOptions(dkim=(RSA_KEY,)))
    assert "BEGIN" not in repr(SIGNERS[1])
