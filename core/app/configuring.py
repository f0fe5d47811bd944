"""Changes the desk by file: a plan first, then the same plan in one transaction."""

from pathlib import Path

from .. import outbox
from ..desk import blueprint
from ..desk.blueprint.catalogue import Catalogue
from ..settings import read_toml
from .changing import acting_person
from .opening import Desk


def read(desk: Desk, file: Path) -> blueprint.Blueprint:
    """What a file says; read once, for what comes through a pipe cannot be read again.

    :raises DeskbellError: when the file cannot be used, in one sentence with the place in it.
    """
    return blueprint.read_blueprint(read_toml(file), file=file.name, catalogue=catalogue(desk))


def planned(desk: Desk, wanted: blueprint.Blueprint, *, prune: bool, by: str | None = None) -> list[str]:
    """The lines of what applying it would change.

    :param by: who would apply it, as for `apply`.
    :raises DeskbellError: when somebody is named who may not.
    """
    with desk.db.reading() as session:
        acting_person(desk.db.directory(session), by)
        return blueprint.plan(session, wanted, prune=prune, secrets=desk.secrets).render()


def apply(desk: Desk, file: Path, *, prune: bool, by: str | None = None) -> None:
    """Apply `file` in one transaction; the plan is made anew in it, so that nothing comes in between.

    :param by: the address of the agent who does it; None for the administrator at this machine.
    :raises DeskbellError: when the file cannot be used; nothing is changed then.
    """
    apply_blueprint(desk, read(desk, file), prune=prune, by=by)


def apply_blueprint(desk: Desk, wanted: blueprint.Blueprint, *, prune: bool, by: str | None) -> None:
    """Apply what was read, as `apply` does.

    :raises DeskbellError: when it cannot be used; nothing is changed then.
    """
    with desk.db.configuring() as session:
        actor = acting_person(desk.db.directory(session), by)
        plan = blueprint.plan(session, wanted, prune=prune, secrets=desk.secrets)
        blueprint.apply(session, plan, by=actor, now=desk.clock.now())
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
