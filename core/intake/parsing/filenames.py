"""File names from strangers made safe to show, to store in a list and to offer for download."""

import re
import unicodedata
from mimetypes import MimeTypes

MAX_OCTETS = 255
_MAX_EXTENSION_OCTETS = 20
_MAX_READ = 4_096

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DRIVE = re.compile(r"^[A-Za-z]:")
# Windows opens these as devices whatever follows the first dot.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])", re.IGNORECASE)
# The tables of this machine are left out, so that a name is the same everywhere.
_TYPES = MimeTypes(filenames=())
_EXTENSIONS = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/feedback-report": ".txt",
    "message/global-delivery-status": ".txt",
    "message/global-disposition-notification": ".txt",
    "message/global-headers": ".txt",
    "text/rfc822-headers": ".txt",
    "text/markdown": ".md",
    "text/x-amp-html": ".html",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/rtf": ".rtf",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "image/jpeg": ".jpg",
    "application/ms-tnef": ".dat",
    "application/vnd.ms-tnef": ".dat",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
}


def safe_file_name(name: str, *, content_type: str, number: int) -> str:
    """A name of at most 255 octets that leads nowhere: no path, drive, leading dot, control or direction character.

    A name of which nothing is left, or which means a device, becomes `attachment-N`; then the type gives the extension.

    :param name: the name that the mail gives, decoded; possibly empty.
    :param content_type: the part's type in lower case.
    :param number: the part's place among the attachments, from 1.
    """
    base = re.split(r"[/\\]", name[-_MAX_READ:].replace("\t", " "))[-1]  # a tab is where a long name was folded
    base = _DRIVE.sub("", unicodedata.normalize("NFC", base))
    base = "".join(character for character in base if _is_harmless(character))
    base = " ".join(_FORBIDDEN.sub("_", base).split()).strip(". ")
    stem, _, extension = base.partition(".")
    if _DEVICES.fullmatch(stem.strip()):
        base = f"attachment-{number}.{extension}" if extension else ""
    if not base:
        base = f"attachment-{number}{extension_for(content_type)}"
    if content_type.startswith(("message/rfc822", "message/global")) and not base.lower().endswith(".eml"):
        base += ".eml"
    return _shortened(base)


def extension_for(content_type: str) -> str:
    """The extension, with its dot, for a content type; `.bin` when it is unknown."""
    text = ".txt" if content_type.startswith("text/") else ".bin"
    return _EXTENSIONS.get(content_type) or _TYPES.guess_extension(content_type) or text


def _is_harmless(character: str) -> bool:
    """Whether a character is neither a control, a format or direction mark, a surrogate, private nor unassigned."""
    category = unicodedata.category(character)
    return category[0] != "C" and category not in ("Zl", "Zp")


def _shortened(name: str) -> str:
    """The name cut to 255 octets of UTF-8 between characters, its extension kept."""
    if len(name.encode()) <= MAX_OCTETS:
        return name
    stem, dot, extension = name.rpartition(".")
    tail = f"{dot}{extension}"
    if not stem or len(tail.encode()) > _MAX_EXTENSION_OCTETS:
        stem, tail = name, ""
    return stem.encode()[: MAX_OCTETS - len(tail.encode())].decode("utf-8", "ignore").rstrip(". ") + tail
