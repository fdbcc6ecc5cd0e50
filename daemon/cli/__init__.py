"""The verbs of the command line. Each is loaded when it is used: ``status`` must answer at a glance."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

from daemon import __version__
from daemon.cli import streams
from daemon.cli.suggesting import Suggesting
from daemon.errors import BracketdError, ConfigError
from daemon.host.utf8 import ensure_utf8

EX_CONFIG = 78
"""Exit status for a configuration error (sysexits.h); service managers are told not to restart on it."""

VERBS = {
    "run": ("daemon.cli.run", "Watch the folders and do the work, until stopped."),
    "config": ("daemon.cli.config", "Print an example of the configuration file."),
    "check": ("daemon.cli.check", "Look at settings, key, folders and service; name every problem."),
    "status": ("daemon.cli.status", "Show where every order stands, and why."),
    "show": ("daemon.cli.show", "Show one order: files, sets, images, journal."),
    "explain": ("daemon.cli.explain", "Say what each gate makes of a file, and why its shoot waits."),
    "costs": ("daemon.cli.costs", "Show what was bought, by month and shoot."),
    "submit": ("daemon.cli.asks", "Send a shoot now, as it lies there."),
    "retry": ("daemon.cli.asks", "Let a held order go on, a waiting one try again, or retry failed images."),
    "approve": ("daemon.cli.asks", "Let an order pass the limits, or send what may have been sent."),
    "cancel": ("daemon.cli.asks", "End an order before its merge, or skip a shoot that waits."),
    "dismiss": ("daemon.cli.asks", "End a held order: nothing more of it is bought."),
    "adopt": ("daemon.cli.adopt", "Take a folder as it is now: on another disk, or emptied."),
    "doctor": ("daemon.cli.doctor", "Look whether the state is sound, or recover it."),
    "sandbox": ("daemon.sandbox.command", "A stand-in for the service, on this machine."),
    "demo": ("daemon.demo.command", "See a shoot become finished HDRs; no key, no network."),
}
"""Each verb's module, which holds a command of its name, and its line in the help."""


WITHOUT_SETTINGS = frozenset({"config", "sandbox", "demo"})
"""Verbs that read no configuration file."""

CONFIG_FILE = click.Path(dir_okay=False, path_type=Path)


def _take_config(ctx: click.Context, _option: click.Parameter, config: Path | None) -> None:
    """Let ``--config`` after the verb do what it does before the verb."""
    if config is not None:
        ctx.obj = config


class Verbs(Suggesting):
    """A group whose commands are imported when they are used, not to be listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order in which one meets them."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One verb."""
        del ctx
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(importlib.import_module(VERBS[cmd_name][0]), cmd_name)
        if cmd_name not in WITHOUT_SETTINGS and all(param.name != "config" for param in command.params):
            text = "The configuration file, as before the verb."
            option = click.Option(
                ["--config"], type=CONFIG_FILE, help=text, expose_value=False, is_eager=True, callback=_take_config
            )
            command.params.append(option)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs in the help."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(verb, line) for verb, (_, line) in VERBS.items()])


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=CONFIG_FILE,
    help="The configuration file. Else $BRACKETD_CONFIG, else config.yaml in the platform's config directory.",
)
@click.version_option(__version__, prog_name="bracketd")
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """Dropped shoot folders of bracketed photos become finished HDR pictures.

    bracketd watches folders. Every sub-folder is a shoot: when it is complete it is sent to Autoenhance.ai as one
    order, and the finished pictures are written to the output folder.
    """
    ctx.obj = config


def main() -> None:
    """Run the command line. Exit status: 0 done, 1 failed, 2 wrong usage, 78 configuration error."""
    streams.prepare()
    with streams.all_written():
        _answer()


def _answer() -> None:
    try:
        ensure_utf8()
        cli()
    except ConfigError as error:
        for problem in error.problems:
            click.echo(f"bracketd: {problem}", err=True)
        sys.exit(EX_CONFIG)
    except BracketdError as error:
        click.echo(f"bracketd: {error}", err=True)
        sys.exit(1)
