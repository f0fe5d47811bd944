"""What an administrator can set about a DKIM key."""

import re

import attrs

from ...core.contract.addresses import ascii_domain
from ...core.contract.structuring import described, secret

_SELECTOR = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)


def _check_selector(_key: object, _field: "attrs.Attribute[str]", selector: str) -> None:
    if not _SELECTOR.fullmatch(selector):
        raise ValueError("must be the name before ._domainkey, such as desk2026")


def _check_domain(_key: object, _field: "attrs.Attribute[str]", domain: str) -> None:
    if not ascii_domain(domain) or domain.startswith("["):
        raise ValueError("must be a domain, such as example.com")


@attrs.frozen(kw_only=True)
class DkimKey:
    """A key that signs outgoing mail from addresses of `domain` and of domains below it.

    Its type, RSA or Ed25519, says how it signs. The public half stands in the DNS at ``<selector>._domainkey.<domain>``.
    """

    selector: str = described("", help="The name of the key in the DNS, before ._domainkey.", validator=_check_selector)
    domain: str = described("", help="The domain that signs.", validator=_check_domain)
    private_key: str = secret(help="The private key in PEM form.")
    private_key_file: str = described("", help="The file with the private key, instead of private_key.")

    def __attrs_post_init__(self) -> None:
        """Refuse a key that says nothing of where it is, or says it twice."""
        if bool(self.private_key) is bool(self.private_key_file):
            raise ValueError("must have either private_key or private_key_file")
