"""The List-Id of a department's alerts (RFC 2919), by which agents sort their mail.

Only alerts carry one. To a helpdesk, a List-Id says that nobody waits for an answer, and it forbids automatic ones (RFC 3834
section 2): right for alerts, which must start no conversation, and wrong for correspondence, whose reader may be another
desk that has to open a ticket. Automatic answers to end users say by themselves what they are, and are no list.
"""

import re
import unicodedata
from collections.abc import Mapping

from ..contract.addresses import ascii_domain
from ..store.directory import Directory
from .remembered import PerDirectory

_OTHER = re.compile(r"[^a-z0-9]+")


def list_id(directory: Directory, department_id: int | None) -> tuple[str, str] | None:
    """The name and the identifier of a department's alerts, such as ``("Support", "support.example.com")``."""
    return None if department_id is None else _LISTS.of(directory).get(department_id)


def _lists(directory: Directory) -> Mapping[int, tuple[str, str]]:
    """The list of each department; none has one where the desk's domain is none."""
    domain = ascii_domain(directory.profile.domain)
    labels = _labels(directory) if domain else {}
    return {number: (directory.departments[number].name, f"{label}.{domain}") for number, label in labels.items()}


def _labels(directory: Directory) -> Mapping[int, str]:
    """A label of ASCII for each department: of two whose names come to the same, the older one keeps it."""
    labels: dict[int, str] = {}
    taken: set[str] = set()
    for number, department in sorted(directory.departments.items()):
        plain = unicodedata.normalize("NFKD", department.name).encode("ascii", "ignore").decode("ascii").lower()
        label = _OTHER.sub("-", plain).strip("-")[:40].strip("-") or "department"
        labels[number] = f"{label}-{number}" if label in taken else label
        taken.add(labels[number])
    return labels


_LISTS = PerDirectory(_lists)
