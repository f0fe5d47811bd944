"""Changes the desk by file: a plan first, then the same plan in one transaction."""

from pathlib import Path

from .. import outbox
from ..desk import blueprint
from ..desk.blueprint.catalogue import Catalogue
from ..settings import read_toml
from .opening import Desk


def planned(desk: Desk, file: Path, *, prune: bool) -> list[str]:
    """The lines of what applying `file` would change.

    :raises DeskbellError: when the file cannot be used, in one sentence with the place in it.
    """
    wanted = _read(desk, file)
    with desk.db.reading() as session:
        return blueprint.plan(session, wanted, prune=prune, secrets=desk.secrets).render()


def apply(desk: Desk, file: Path, *, prune: bool) -> None:
    """Apply `file` in one transaction; the plan is made anew in it, so that nothing comes in between.

    :raises DeskbellError: when the file cannot be used; nothing is changed then.
    """
    wanted = _read(desk, file)
    with desk.db.writing() as session:
        plan = blueprint.plan(session, wanted, prune=prune, secrets=desk.secrets)
        blueprint.apply(session, plan, now=desk.clock.now())
        for change in plan.changes:
            if change.table == "channels":
                outbox.hasten(session, change.key, now=desk.clock.now())


def exported(desk: Desk) -> str:
    """The desk as TOML."""
    with desk.db.reading() as session:
        return blueprint.export(session, catalogue=catalogue(desk))


def catalogue(desk: Desk) -> Catalogue:
    """What can be configured: the admitted plugins and channels."""
    plugins = {name: admitted.plugin for name, admitted in desk.host.plugins.items()}
    return Catalogue(plugins=plugins, channels=desk.host.channels)


def _read(desk: Desk, file: Path) -> blueprint.Blueprint:
    return blueprint.read_blueprint(read_toml(file), file=file.name, catalogue=catalogue(desk))
