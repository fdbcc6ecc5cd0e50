"""``python -m bench``: measure, and print the table."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, replace
from pathlib import Path

import click

from bench.measures import MEASURES, measure
from bench.running import GivenUp
from bench.sizes import FULL, QUICK
from bench.table import Row, table
from daemon import __version__


@click.command()
@click.option("--quick", is_flag=True, help="Measure everything in under a minute; less exact.")
@click.option("--only", multiple=True, type=click.Choice(tuple(MEASURES)), help="Run only this benchmark. Repeatable.")
@click.option("--idle", "idle_s", type=click.FloatRange(1), help="Seconds to watch an idle daemon.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Also write the figures here.")
def bench(*, quick: bool, only: tuple[str, ...], idle_s: float | None, file: Path | None) -> None:
    """Measure bracketd's speed and memory on this machine, over loopback with TLS.

    Other load on the machine affects the figures: use an idle machine, and repeat the run. Needs curl for the
    uploads, and 2 GB of space in $TMPDIR.
    """
    sizes = QUICK if quick else FULL
    if idle_s is not None:
        sizes = replace(sizes, idle_s=idle_s)
    rows: list[Row] = []
    given_up = None
    try:
        for row in measure(sizes, only or tuple(MEASURES)):
            click.echo(f"measured {row.name}", err=True)
            rows.append(row)
    except GivenUp as error:
        given_up = error
    machine = {"system": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()}
    click.echo(f"bracketd {__version__}, Python {machine['python']}, {machine['cores']} cores, {machine['system']}\n")
    click.echo(table(rows))
    if file is not None:
        header = {"version": __version__, "machine": machine, "sizes": asdict(sizes)}
        figures = [asdict(row) | {"met": row.met} for row in rows]
        file.write_text(json.dumps(header | {"rows": figures}, indent=2) + "\n", encoding="utf-8")
    if given_up is not None:
        raise click.ClickException(f"The remaining benchmarks were not run: {given_up}")


if __name__ == "__main__":
    bench()
