"""``bracketd config``: work with the configuration file."""

from __future__ import annotations

import click

from daemon.cli.suggesting import Suggesting
from daemon.config.example import example


@click.group(cls=Suggesting)
def config() -> None:
    """Work with the configuration file."""


@config.command("example")
def print_example() -> None:
    """Print an example configuration file with every setting, its default and its meaning."""
    click.echo(example(), nl=False)
