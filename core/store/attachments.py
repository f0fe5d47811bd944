"""Files of entries, looked up by their content."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..contract.tickets import Attachment
from .rows import AttachmentRow


def find(session: Session, digest: str) -> Attachment | None:
    """The newest file with this content, by the SHA-256 of it in hex; None when no entry has one any more."""
    newest = select(AttachmentRow).where(AttachmentRow.digest == digest).order_by(AttachmentRow.id.desc()).limit(1)
    row = session.scalars(newest).one_or_none()
    if row is None:
        return None
    return Attachment(row.file_name, row.content_type, row.size, row.digest, row.content_id)
