"""The command line. Each verb's module is imported when the verb is used, so that ``status`` starts quickly."""

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
"""Exit status for a configuration error (sysexits.h). The systemd units do not restart after it."""

VERBS = {
    "run": ("daemon.cli.run", "Run the daemon: watch the folders and process shoots until stopped."),
    "config": ("daemon.cli.config", "Print an example configuration file."),
    "check": ("daemon.cli.check", "Check settings, key, folders and service, and list every problem."),
    "status": ("daemon.cli.status", "Show where every order stands, and why."),
    "open": ("daemon.cli.open", "Open the page in the browser."),
    "show": ("daemon.cli.show", "Show one order: files, sets, images, journal."),
    "plan": ("daemon.cli.plan", "Show which photos become one image, and what it costs, before anything is sent."),
    "explain": ("daemon.cli.explain", "Show what a file is, what happened to it, and why its shoot is waiting."),
    "costs": ("daemon.cli.costs", "Show purchases by month and shoot."),
    "submit": ("daemon.cli.asks", "Send a shoot now, without waiting until it has settled."),
    "retry": ("daemon.cli.asks", "Resume a held order, retry a waiting one now, or reprocess failed images."),
    "approve": ("daemon.cli.asks", "Approve an order that exceeds a limit or may already have been sent."),
    "cancel": ("daemon.cli.asks", "Cancel an order before its merge, or skip a waiting shoot."),
    "regroup": ("daemon.cli.asks", "Send only the scenes again that the service grouped wrongly."),
    "split": ("daemon.cli.asks", "Make an order of each property of a shoot with several."),
    "dismiss": ("daemon.cli.asks", "End a held order without buying any more of its images."),
    "adopt": ("daemon.cli.adopt", "Accept a folder as it is now, after you moved, replaced or emptied it."),
    "doctor": ("daemon.cli.doctor", "Check the state for damage, or rebuild it."),
    "sandbox": ("daemon.sandbox.command", "Run a local stand-in for the service."),
    "demo": ("daemon.demo.command", "Process a sample shoot on this machine; no key, no network."),
}
"""For each verb: the module that defines the command of that name, and the verb's line in the help."""


WITHOUT_SETTINGS = frozenset({"config", "sandbox", "demo"})
"""Verbs that read no configuration file."""

CONFIG_FILE = click.Path(dir_okay=False, path_type=Path)


def _take_config(ctx: click.Context, _option: click.Parameter, config: Path | None) -> None:
    """Accept ``--config`` after the verb as well as before it."""
    if config is not None:
        ctx.obj = config


class Verbs(Suggesting):
    """A group that imports a command only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order of a typical first use."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb's command; None if there is no such verb."""
        del ctx
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(importlib.import_module(VERBS[cmd_name][0]), cmd_name)
        if cmd_name not in WITHOUT_SETTINGS and all(param.name != "config" for param in command.params):
            text = "Configuration file. The same as --config before the verb."
            option = click.Option(
                ["--config"], type=CONFIG_FILE, help=text, expose_value=False, is_eager=True, callback=_take_config
            )
            command.params.append(option)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs to the help, without importing their modules."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(verb, line) for verb, (_, line) in VERBS.items()])


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=CONFIG_FILE,
    help="Configuration file. Default: $BRACKETD_CONFIG, or config.yaml in the platform's config directory.",
)
@click.version_option(__version__, prog_name="bracketd")
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """Turn folders of bracketed photos into finished HDR pictures.

    bracketd watches folders. Every sub-folder is a shoot. When a shoot is complete, bracketd sends it to
    Autoenhance.ai as one order and writes the finished pictures to the output folder.
    """
    ctx.obj = config


def main() -> None:
    """Run the command line. Exit status: 0 success, 1 failed or refused, 2 usage error, 78 configuration error."""
    streams.prepare()
    with streams.all_written():
        _run()


def _run() -> None:
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
