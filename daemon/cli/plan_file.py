"""Writes a plan as ``bracketd.yaml``, to be edited by a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from daemon.config.shoot import LARGEST, NAME, shoot_settings
from daemon.errors import ConfigError, OutputError
from daemon.files.incoming import write_file
from daemon.grouping.plan import Plan


def write_plan(folder: Path, planned: Plan) -> Path:
    """Write the file into the folder and return its path. Raises ClickException if it exists or cannot be written."""
    file = folder / NAME
    if file.exists() or file.is_symlink():
        raise click.ClickException(f"{file} exists. Edit it, or remove it to write another one.")
    try:
        content = "".join(f"{line}\n" for line in lines(planned)).encode()
        if len(content) > LARGEST:
            raise click.ClickException(
                f"The plan has too many photos for {NAME}, which may have {LARGEST // 1024} KiB."
            )
        shoot_settings(file, content)
        write_file(str(folder), NAME, content)
    except UnicodeEncodeError:
        raise click.ClickException(
            f"A photo's name is not UTF-8, so {NAME} cannot list it. Rename the photo."
        ) from None
    except ConfigError as error:
        raise click.ClickException(f"The plan cannot be written. {error.problems[0]}") from None
    except OutputError as error:
        raise click.ClickException(str(error)) from None
    return file


def lines(planned: Plan) -> Iterator[str]:
    """The file's lines. Names are JSON strings, which are also YAML."""
    yield "# The images of this shoot. Each list in `sets` becomes one image. Edit the file names as needed."
    yield "# Photos that are in no list are grouped automatically; photos under `skip` are not sent."
    yield "grouping: sets"
    if planned.sets:
        yield "sets:"
        for number, one in enumerate(planned.sets, 1):
            yield f"  # {number}: {one.confidence.value}, {', '.join(one.reasons)}"
            yield f"  - {json.dumps(list(one.paths), ensure_ascii=False)}"
    if planned.singles:
        yield "single:"
        yield from (f"  - {json.dumps(one.path, ensure_ascii=False)}  # {one.why}" for one in planned.singles)
    yield "skip: []"
