"""The service for each flow and mode, with a key that may be renewed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.config import ApiKey, load
from daemon.errors import ConfigError
from daemon.services import Services


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A file with a key."""
    file = tmp_path / "key"
    file.write_text("first")
    file.chmod(0o600)
    return file


@pytest.fixture
def services(tmp_path: Path, key_file: Path) -> Iterator[Services]:
    """The services for settings with a key file. No request is sent."""
    (tmp_path / "in").mkdir()
    config = tmp_path / "config.yaml"
    config.write_text(
        f"api: {{key_file: {key_file}, base_url: http://127.0.0.1:9}}\n"
        f"state_dir: {tmp_path / 'state'}\n"
        f"folders: [{{watch: {tmp_path / 'in'}, output: {tmp_path / 'out'}}}]\n"
    )
    made = Services(load(config, {}), lambda: load(config, {}).require_api_key())
    yield made
    for service in made.all:
        service.close()


def test_each_flow_and_mode_has_one(services: Services) -> None:
    """An order always gets the same service; another flow or mode gets another one."""
    images = services.of("images", dev_mode=False)
    assert services.of("images", dev_mode=False) is images
    others = services.of("images", dev_mode=True), services.of("brackets", dev_mode=False)
    assert len({images, *others}) == 3
    assert set(services.now) == {images, *others}


def test_another_key_makes_them_again(services: Services, key_file: Path) -> None:
    """A new key replaces every service; the former ones are kept until they can be closed."""
    before = services.of("images", dev_mode=False)
    assert services.found() == ApiKey("first", f"the key file {key_file}")
    assert not services.renew(ApiKey("first", "elsewhere"))
    key_file.write_text("second\n")
    assert services.found() == ApiKey("second", f"the key file {key_file}")
    assert services.renew(ApiKey("second", "elsewhere"))
    after = services.of("images", dev_mode=False)
    assert after is not before
    assert services.now == (after,)
    assert set(services.all) == {before, after}


def test_a_missing_key_does_not_replace_the_current_one(services: Services, key_file: Path) -> None:
    """While the key file is empty or missing, for example during editing, the previous key stays in use."""
    key_file.write_text("")
    assert services.found() is None
    key_file.unlink()
    assert services.found() is None


def test_settings_without_a_key(tmp_path: Path) -> None:
    """Without a key there is no service, and the error says what to do."""
    config = tmp_path / "config.yaml"
    (tmp_path / "in").mkdir()
    config.write_text(f"folders: [{{watch: {tmp_path / 'in'}, output: {tmp_path / 'out'}}}]\n")
    settings = load(config, {"HOME": str(tmp_path)})
    with pytest.raises(ConfigError, match="key"):
        Services(settings, lambda: ApiKey("", ""))
