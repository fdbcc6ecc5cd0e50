"""Groups of commands that know what a person may have meant by a name that there is not."""

from __future__ import annotations

import click

from daemon.config.mistake import nearest


class Suggesting(click.Group):
    """A group that answers an unknown name with the nearest one. Unknown options are answered so by click."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words begin with. Raises UsageError with the command that may be meant."""
        name = click.utils.make_str(args[0])
        known = self.list_commands(ctx)
        if name in known or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        meant = nearest(name, known)
        remedy = f"Did you mean {meant}?" if meant else f"`{ctx.command_path} --help` lists the commands."
        raise click.UsageError(f"There is no command {name!r}. {remedy}", ctx)
