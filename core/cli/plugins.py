"""`plugins`: what the desk says by itself, where it is switched, and the hand on the switch."""

from collections.abc import Mapping

import click

from .desks import desk_of
from .examples import examples
from .output import json_option, plain, print_json, show, table

POSITIONS = ("on", "off", "opt-in", "inherit", "shadow")

by_option = click.option(
    "--by", metavar="ADDRESS", help="The acting agent; default: you, the administrator at this machine."
)


@click.group(
    epilog=examples(
        "deskbell plugins list",
        "deskbell plugins show new-ticket-alert --department Billing",
        "deskbell plugins switch new-ticket-autoresponse off --topic Feedback",
        "deskbell plugins switch new-ticket-alert shadow --department Billing",
        "deskbell plugins set new-ticket-alert audience.department_member true --department Billing",
        "deskbell plugins unset new-ticket-alert audience.department_member --department Billing",
    )
)
def plugins() -> None:
    """See and switch what the desk says by itself."""


@plugins.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List the plugins, in use and set aside, with their global switch."""
    from ..app import plugin_views

    with desk_of(context) as desk:
        rows = plugin_views.listed(desk)
    columns = ("name", "kind", "state", "because", "origin")
    show(rows, columns=columns, as_json=as_json, empty="No plugin is installed.")


@plugins.command("show")
@click.argument("name")
@click.option("--department", metavar="NAME", help="As it is in this department; default: for the whole desk.")
@click.option("--topic", metavar="NAME", help="And for this help topic.")
@click.option("--mailbox", metavar="NAME", help="And for what arrives at this mailbox.")
@json_option
@click.pass_context
def show_(
    context: click.Context, name: str, department: str | None, topic: str | None, mailbox: str | None, as_json: bool
) -> None:
    """Show one plugin: whether it may speak, whom it tells, its options, and where each value comes from."""
    from ..app import plugin_views

    with desk_of(context) as desk:
        view = plugin_views.viewed(desk, name, department=department, topic=topic, mailbox=mailbox)
    if as_json:
        print_json(plain(view))
        return
    click.echo(f"{view.title} ({view.name}): {view.description}")
    click.echo(f"\nMay it speak here? {'Yes' if view.on else 'No'}. {view.because}")
    if view.shadow_because:
        click.echo(view.shadow_because)
    if view.path:
        table(
            ("switch", "says", "shadow", "decides"),
            [(each.where, each.position, each.shadow, "<-" if each.decides else "") for each in view.path],
        )
    table(("value", "is", "set at"), [(each.name, _written(each.value), each.origin) for each in view.values])
    if view.set_elsewhere:
        table(("level", "where", "switch", "shadow"), [plain(each).values() for each in view.set_elsewhere])


def _written(value: object) -> object:
    """A value as it stands in the table; a list of tables as a file for `apply` has them, one a line."""
    from ..desk.blueprint.emit import value_text

    if isinstance(value, (list, tuple)) and any(isinstance(each, Mapping) for each in value):
        return "\n".join(value_text(each) for each in value)
    return "none" if value in ([], ()) else value


@plugins.command("switch")
@click.argument("name")
@click.argument("position", type=click.Choice(POSITIONS))
@click.option("--department", metavar="NAME", help="Only in this department and those below it.")
@click.option("--topic", metavar="NAME", help="Only for this help topic (off or inherit).")
@click.option(
    "--mailbox", metavar="NAME", help="Only for what arrives at this mailbox (off or inherit; autoresponders)."
)
@by_option
@click.pass_context
def switch(
    context: click.Context,
    name: str,
    position: str,
    department: str | None,
    topic: str | None,
    mailbox: str | None,
    by: str | None,
) -> None:
    """Set a plugin's switch: on, off, opt-in (off unless a department says on), inherit, or shadow.

    In shadow the plugin decides and records, and nothing is sent. Any other position ends shadow at that place.
    """
    if sum(scope is not None for scope in (department, topic, mailbox)) > 1:
        raise click.UsageError("Give one of --department, --topic and --mailbox.")
    from ..app import switching

    with desk_of(context) as desk:
        sentence = switching.switch(desk, name, position, department=department, topic=topic, mailbox=mailbox, by=by)
    click.echo(sentence)


@plugins.command("set")
@click.argument("name")
@click.argument("field")
@click.argument("value")
@click.option("--department", metavar="NAME", help="Only in this department and those below it.")
@by_option
@click.pass_context
def set_(context: click.Context, name: str, field: str, value: str, department: str | None, by: str | None) -> None:
    """Set an option of a plugin, or tick a recipient role: audience.<role> true.

    `deskbell plugins show NAME` lists the fields. A list is separated by commas, or written as TOML does, also with
    tables in it; a secret is stored encrypted.
    """
    from ..app import switching

    with desk_of(context) as desk:
        sentence = switching.set_value(desk, name, field, value, department=department, by=by)
    click.echo(sentence)


@plugins.command("unset")
@click.argument("name")
@click.argument("field")
@click.option("--department", metavar="NAME", help="What is set in this department; default: for the whole desk.")
@by_option
@click.pass_context
def unset(context: click.Context, name: str, field: str, department: str | None, by: str | None) -> None:
    """Take away what is set for an option or a role, so that the department above, the desk or the default decides."""
    from ..app import switching

    with desk_of(context) as desk:
        sentence = switching.unset_value(desk, name, field, department=department, by=by)
    click.echo(sentence)


@plugins.command("retry")
@click.argument("name")
@by_option
@click.pass_context
def retry(context: click.Context, name: str, by: str | None) -> None:
    """Take a quarantined plugin back into use."""
    from ..app import switching

    with desk_of(context) as desk:
        switching.release(desk, name, by=by)
    click.echo(f"'{name}' is in use again.")
