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
    department = None if department_id is None else directory.departments.get(department_id)
    domain = ascii_domain(directory.profile.domain)
    if department is None or not domain:
        return None
    return department.name, f"{_LABELS.of(directory)[department.id]}.{domain}"


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


_LABELS = PerDirectory(_labels)
