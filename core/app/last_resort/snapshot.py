"""What the last resort must know, copied from the database into a file while the database is there."""

from collections.abc import Collection
from pathlib import Path

import attrs
import orjson
from sqlalchemy.orm import Session

from ...store import configuration
from ...store.directory import Directory
from .private_files import write_whole


@attrs.frozen(kw_only=True)
class Snapshot:
    """The desk as it was at one `revision` of its directory.

    `sender` is the address that alerts come from, `channel` the options of the mail channel as they are stored, secrets
    sealed, and `silenced` the system alerts that an administrator has switched off.
    """

    revision: int
    desk_name: str
    admin_address: str
    domain: str
    sender: str
    channel: dict[str, object]
    silenced: tuple[str, ...] = ()

    @classmethod
    def of(cls, session: Session, directory: Directory, *, channel: str, silenced: Collection[str]) -> "Snapshot":
        """The desk as `session` sees it.

        :param channel: the name of the channel whose options are kept.
        """
        profile = directory.profile
        boxes = sorted(directory.mailboxes.values(), key=lambda box: box.id)
        return cls(
            revision=directory.revision,
            desk_name=profile.desk_name,
            admin_address=profile.admin_address,
            domain=profile.domain,
            sender=boxes[0].address if boxes else f"deskbell@{profile.domain}",
            channel=configuration.channel_options(session, channel),
            silenced=tuple(sorted(silenced)),
        )

    def save(self, file: Path) -> None:
        """Write it whole or leave what was, readable by the desk's user only.

        :raises OSError: when the folder cannot be written.
        """
        write_whole(file, orjson.dumps(attrs.asdict(self), option=orjson.OPT_INDENT_2))

    @classmethod
    def load(cls, file: Path) -> "Snapshot | None":
        """What `save` wrote; None when there is nothing that can be used."""
        try:
            found = orjson.loads(file.read_bytes())
            return cls(**{**found, "silenced": tuple(found["silenced"])})
        except Exception:  # noqa: BLE001 - a damaged file is as good as none, whatever is wrong with it
            return None
