"""``bracketd config``: help with the configuration file."""

from __future__ import annotations

import click

from daemon.cli.suggesting import Suggesting
from daemon.config.example import example


@click.group(cls=Suggesting)
def config() -> None:
    """Help with the configuration file."""


@config.command("example")
def print_example() -> None:
    """Print a configuration file with every setting, its default and what it means, to begin with."""
    click.echo(example(), nl=False)
