from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from daemon.store.place import FILE
from tests.whole.program import COMMAND, PATIENCE, environment


@pytest.mark.parametrize(
    ("name", "value"),
    [("SSL_CERT_FILE", "/none.pem"), ("NO_PROXY", "localhost,fe80::/10"), ("all_proxy", "gopher://proxy")],
)
def test_what_cannot_be_used_is_reported_at_the_start(tmp_path: Path, name: str, value: str) -> None:
    """An invalid environment variable ends the start and is named, before it can affect an order."""
    (tmp_path / "in").mkdir()
    settings = {
        "api": {"key": "k" * 40},
        "folders": [{"watch": str(tmp_path / "in"), "output": str(tmp_path / "out")}],
        "page": "off",
        "state_dir": str(tmp_path / "state"),
    }
    config = tmp_path / "bracketd.yaml"
    config.write_text(json.dumps(settings))
    config.chmod(0o600)
    words = (COMMAND, "--config", str(config), "run")
    env = {**environment(tmp_path), name: value}
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 78, done.stderr
    assert done.stderr.startswith(f"bracketd: ${name}: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "state" / FILE).exists()
