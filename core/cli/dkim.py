"""`dkim new`: a key with which the desk signs its mail."""

import click

from .examples import examples


@click.group(epilog=examples("deskbell dkim new desk2026 --domain example.com"))
def dkim() -> None:
    """Make keys that sign outgoing mail."""


@dkim.command(
    epilog=examples(
        "deskbell dkim new desk2026 --domain example.com", "deskbell dkim new desk2026e --domain example.com --ed25519"
    )
)
@click.argument("selector")
@click.option("--domain", metavar="DOMAIN", required=True, help="The domain that mail is sent from.")
@click.option("--ed25519", is_flag=True, help="An Ed25519 key instead of RSA; use it beside an RSA key.")
@click.pass_context
def new(context: click.Context, selector: str, domain: str, ed25519: bool) -> None:
    """Make a key named SELECTOR in the desk's directory, and say what to put into the DNS and the settings.

    Nothing is signed before the settings name the key.
    """
    from ..app.dkim_keys import new_dkim_key
    from ..contract.structuring import toml_value

    made = new_dkim_key(context.obj["directory"], selector=selector, domain=domain, ed25519=ed25519)
    click.echo(f"The private key is in {made.file}. Put this record into the DNS:\n\n{made.zone_line}\n")
    click.echo(
        "When others can see it, let the desk sign: name the key in a file for 'deskbell apply', with those before.\n"
    )
    click.echo("[[channels.smtp.dkim]]")
    for name, value in (("selector", made.selector), ("domain", made.domain), ("private_key_file", str(made.file))):
        click.echo(f"{name} = {toml_value(value)}")
