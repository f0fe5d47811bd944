"""Whether the domain in From is proven: alignment by the word of servers that the mailbox trusts (RFC 8601, 7489, 8617)."""

from collections.abc import Iterable

import attrs

from ...contract.addresses import ascii_domain
from ...contract.tickets import Alignment
from ...store.directory import MailboxRecord
from ..parsing import Mail
from .arc import sealed_results
from .results import Result, ServerResults
from .trust import trusted_results

PASS = "pass"  # noqa: S105 - a result
FAIL = "fail"


@attrs.frozen
class Proof:
    """What is known of a mail's From, and one sentence about it for agents; '' where nobody was asked.

    `examined` tells that a trusted server looked at the mail, whatever it found.
    """

    alignment: Alignment = Alignment.NONE
    words: str = ""
    examined: bool = False


NOTHING = Proof()


def prove(mail: Mail, mailbox: MailboxRecord) -> Proof:
    """What the servers that a mailbox trusts say of a mail's From; nothing, at no cost, where it trusts none.

    A forwarder's seal helps a mail that broke on the way; it never harms one.
    """
    if not mailbox.auth_server:
        return NOTHING
    server = mailbox.auth_server.lower()
    domain = ascii_domain(mail.sender.address.rpartition("@")[2]) if mail.sender else ""
    found = trusted_results(mail, server=server, house=(mailbox.address.rpartition("@")[2],))
    if found is None:
        return Proof(Alignment.NONE, f"{server} says nothing about where it comes from")
    alignment, because = align(found, domain)
    if alignment is not Alignment.PASS and _is(found.results, "arc", PASS):
        sealed = sealed_results(mail, sealers=mailbox.arc_sealers)
        if sealed and align(sealed[1], domain)[0] is Alignment.PASS:
            words = f"{sealed[0]}, which forwarded it, confirms that it comes from {domain} (sealed)"
            return Proof(Alignment.PASS, words, True)
    words = _words(alignment, server=server, domain=domain, because=because)
    return Proof(alignment, words, bool(found.results))


def align(found: ServerResults, domain: str) -> tuple[Alignment, str]:
    """How results bear on the domain of From, and the result that decided.

    DMARC decides where it was looked at. Else a DKIM signature or an SPF check of the same domain proves it, or of a
    parent domain of at least two labels: whoever rules a domain rules all below it. The other way round, and for two
    children of one parent, it takes the list of public suffixes to tell a house (``mail.example.com`` and
    ``example.com``) from a registry (``evil.co.uk`` and ``co.uk``); without one only the server's own dmarc=pass counts.
    A check that failed counts against the mail where none passes.

    :param domain: that of From, in A-labels; '' when From names nobody, which nothing proves.
    """
    if _is(found.results, "dmarc", FAIL):
        return Alignment.FAIL, "dmarc=fail"
    passed = next((each.method for each in found.results if domain and _proves(each, domain)), "")
    if passed:
        return Alignment.PASS, f"{passed}=pass"
    failed = next((each.method for each in found.results if _fails(each)), "")
    return (Alignment.FAIL, f"{failed}=fail") if failed else (Alignment.NONE, "")


def _proves(result: Result, domain: str) -> bool:
    if result.result != PASS:
        return False
    if result.method == "dmarc":
        named = {ascii_domain(each) for each in result.values("header.from")}
        return named == {domain}
    if result.method == "dkim":
        # Who signed is told by d=; i= is the signer's own word, and stands in where a server tells nothing else.
        return _all_rule(result.values("header.d") or result.values("header.i"), domain)
    return result.method == "spf" and _all_rule(result.values("smtp.mailfrom"), domain)


def _all_rule(named: tuple[str, ...], domain: str) -> bool:
    """Whether something is named, and nothing else: of two senders of one envelope the sender wrote one."""
    return bool(named) and all(_rules(each, domain) for each in named)


def _rules(named: str, domain: str) -> bool:
    """Whether the domain in an address, or the bare one, is the domain of From or a parent of it."""
    ruler = ascii_domain(named.rpartition("@")[2])
    return bool(ruler) and (ruler == domain or ("." in ruler and domain.endswith(f".{ruler}")))


def _fails(result: Result) -> bool:
    return result.method in ("dkim", "spf") and result.result == FAIL


def _is(results: Iterable[Result], method: str, outcome: str) -> bool:
    return any(each.method == method and each.result == outcome for each in results)


def _words(alignment: Alignment, *, server: str, domain: str, because: str) -> str:
    if alignment is Alignment.PASS:
        return f"{server} confirms that it comes from {domain} ({because})"
    if alignment is Alignment.FAIL:
        return f"{server} found that it does not come from {domain or 'the domain in its From'} ({because})"
    return f"{server} could not tell whether it comes from {domain or 'the domain in its From'}"
