from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from daemon.config import load
from daemon.config.settings import (
    ApiSettings,
    DownloadSettings,
    EnhanceSettings,
    FileSettings,
    FolderSettings,
    LimitSettings,
    LogSettings,
    PageSettings,
    SyncthingSettings,
    TransferSettings,
)

EXAMPLE = Path(__file__).parents[3] / "config.example.yaml"
OFF = re.compile(r"^(\s*)#(?=[a-z_]+:)", re.MULTILINE)
GROUPS: dict[tuple[str | int, ...], type[BaseModel]] = {
    (): FileSettings,
    ("api",): ApiSettings,
    ("folders", 0): FolderSettings,
    ("folders", 0, "enhance"): EnhanceSettings,
    ("folders", 0, "download"): DownloadSettings,
    ("syncthing",): SyncthingSettings,
    ("transfers",): TransferSettings,
    ("limits",): LimitSettings,
    ("page",): PageSettings,
    ("log",): LogSettings,
}


@pytest.fixture
def everything_on(tmp_path: Path) -> Path:
    """The example with every optional setting enabled, in a home folder with a key file."""
    key = tmp_path / ".config" / "bracketd" / "key"
    key.parent.mkdir(parents=True)
    key.write_text("key\n")
    key.with_name("page-token").write_text("a-token-that-nobody-guesses\n")
    file = tmp_path / "config.yaml"
    file.write_text(OFF.sub(r"\1", EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")
    return file


def test_the_example_loads_as_it_is() -> None:
    """An unmodified copy of the example gives valid settings."""
    settings = load(EXAMPLE, {"HOME": "/home/me"})
    assert [str(folder.watch) for folder in settings.folders] == ["/home/me/Pictures/Shoots"]
    assert settings.api.key is None


def test_the_example_shows_the_defaults() -> None:
    """Every enabled value in the example is the default."""
    settings = load(EXAMPLE, {"HOME": "/home/me"})
    plain = FolderSettings(watch=settings.folders[0].watch, output=settings.folders[0].output)
    assert settings.folders == (plain,)
    assert (settings.api, settings.transfers, settings.log) == (ApiSettings(), TransferSettings(), LogSettings())
    assert (settings.limits, settings.price_per_image) == (LimitSettings(), None)
    assert settings.page == PageSettings()


def test_every_value_in_the_example_may_be_switched_on(everything_on: Path, tmp_path: Path) -> None:
    """Removing the # before any setting leaves a valid file."""
    settings = load(everything_on, {"HOME": str(tmp_path)})
    assert settings.require_api_key().text == "paste-it-here"
    assert settings.folders[0].download.max_width == 4000


@pytest.mark.parametrize("place", GROUPS, ids=lambda place: ".".join(map(str, place)) or "top")
def test_every_setting_is_in_the_example(everything_on: Path, place: tuple[str | int, ...]) -> None:
    """The example contains each field of each model and nothing else."""
    group: Any = yaml.safe_load(everything_on.read_text(encoding="utf-8"))
    for part in place:
        group = group[part]
    assert set(group) == set(GROUPS[place].model_fields)


def test_no_group_of_settings_is_left_out_here() -> None:
    """The table above lists every model of the settings."""
    models = {model for model in GROUPS.values() if model is not FileSettings}
    named = {type(field.default) for model in GROUPS.values() for field in model.model_fields.values()}
    assert {kind for kind in named if issubclass(kind, BaseModel)} | {FolderSettings} == models


def test_every_setting_has_words_for_what_it_may_be() -> None:
    """Every field has a description, because messages use it."""
    for model in GROUPS.values():
        assert all(field.description for field in model.model_fields.values()), model
