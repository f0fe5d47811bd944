"""The numbers that commands take: no more than the database can look for."""

import click

ID = click.IntRange(1, 2**31 - 1)
"""The number of something that is stored."""
LIMIT = click.IntRange(1, 1_000_000)
"""How many rows to list at most."""
