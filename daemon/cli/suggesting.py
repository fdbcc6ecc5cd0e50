"""A group of commands that suggests the nearest name for an unknown one."""

from __future__ import annotations

import click

from daemon.config.mistake import nearest


class Suggesting(click.Group):
    """A group that suggests the nearest command for an unknown name. click does the same for options."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name. Raises UsageError with a suggestion if there is no such command."""
        name = click.utils.make_str(args[0])
        known = self.list_commands(ctx)
        if name in known or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        meant = nearest(name, known)
        remedy = f"Did you mean {meant}?" if meant else f"`{ctx.command_path} --help` lists the commands."
        raise click.UsageError(f"No such command: {name!r}. {remedy}", ctx)
