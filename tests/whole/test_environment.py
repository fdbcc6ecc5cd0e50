from __future__ import annotations

import json
import subprocess
from pathlib import Path

from daemon.store.file import FILE
from tests.whole.program import COMMAND, PATIENCE, environment


def test_certificates_that_cannot_be_used_are_told_at_the_start(tmp_path: Path) -> None:
    """A wrong SSL_CERT_FILE ends the start with what to correct, before any order could meet it."""
    (tmp_path / "in").mkdir()
    settings = {
        "api": {"key": "k" * 40},
        "folders": [{"watch": str(tmp_path / "in"), "output": str(tmp_path / "out")}],
        "state_dir": str(tmp_path / "state"),
    }
    config, bundle = tmp_path / "bracketd.yaml", tmp_path / "none.pem"
    config.write_text(json.dumps(settings))
    config.chmod(0o600)
    words = (COMMAND, "--config", str(config), "run")
    env = {**environment(tmp_path), "SSL_CERT_FILE": str(bundle)}
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 78, done.stderr
    assert "SSL_CERT_FILE" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "state" / FILE).exists()
