"""Addresses and names that look like others: one form for what looks the same, and scripts mixed in one word (test M26)."""

import re
import unicodedata
from functools import lru_cache

import idna

from ...contract.addresses import normalise

MOST_CHARACTERS = 320

# Letters of other scripts, each with the Latin one that it looks like in most typefaces; our own choice, the common cases.
_LETTERS = {
    foreign: latin
    for foreigners, latins in (
        ("аёеорсухѕіїјһԁԛԝвкмнтѵьгп", "aeeopcyxsiijhdqwbkmhtvbrn"),
        ("ցօսհզո", "gouhqn"),  # noqa: RUF001 - Armenian
        ("αβγεηικνορστυχωϲϳ", "abyenikvopotuxwcj"),
        ("ıłøɑɡɩʟƅđħŧ", "iloagilbdht"),
        ("01|‐‑–", "oll---"),  # noqa: RUF001 - digits and dashes
    )
    for foreign, latin in zip(foreigners, latins, strict=True)
}
_TABLE = str.maketrans(_LETTERS)
_PAIRS = (("rn", "m"), ("vv", "w"))
_WORDS = re.compile(r"[^\W\d_]+")
_UNSEEN = frozenset({"Mn", "Me", "Cf"})
"""Marks on a letter, and what takes no room at all."""
_EASILY_CONFUSED = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN"})


@lru_cache(maxsize=8_192)
def skeleton(text: str) -> str:
    """What text looks like: equal strings are hard to tell apart on a screen; never to be shown or stored."""
    shown = _shown(text[:MOST_CHARACTERS]) if "xn--" in text.lower() else text[:MOST_CHARACTERS]
    # Capitals are folded last: a capital I looks like l, and few typefaces tell.
    folded = unicodedata.normalize("NFKC", shown).replace("I", "l").casefold()
    bare = "".join(each for each in unicodedata.normalize("NFD", folded) if unicodedata.category(each) not in _UNSEEN)
    form = bare.translate(_TABLE)
    for pair, single in _PAIRS:
        form = form.replace(pair, single)
    return form


def mixes_scripts(text: str) -> bool:
    """Whether a single word of the text has letters of Latin and of Cyrillic, Greek or Armenian: no language writes so."""
    if text.isascii() and "xn--" not in text:
        return False
    return any(len(_scripts(word)) > 1 for word in _WORDS.findall(_shown(text[:MOST_CHARACTERS])))


def plain_twin(address: str) -> str:
    """The plain address that a foreign-looking one is drawn after; '' for one that is plain itself."""
    key = normalise(address)
    if key.isascii() and "xn--" not in key:
        return ""
    local, _, domain = _shown(key).rpartition("@")
    twin = f"{_latin(local)}@{_latin(domain)}"
    return twin if twin.isascii() and twin != key else ""


def _latin(text: str) -> str:
    bare = (each for each in unicodedata.normalize("NFKD", text) if unicodedata.category(each) not in _UNSEEN)
    return "".join(_LETTERS.get(each, each) if not each.isascii() else each for each in bare)


def _shown(text: str) -> str:
    """Text with the A-labels of its domain as the letters that they stand for (RFC 5891)."""
    head, at, domain = text.rpartition("@")
    return head + at + ".".join(map(_label, domain.split(".")))


def _label(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return label


def _scripts(word: str) -> frozenset[str]:
    found = frozenset(unicodedata.name(each, "").partition(" ")[0] for each in word)
    return found & _EASILY_CONFUSED
