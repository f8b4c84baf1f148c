"""Imports point down only: the contracts of pyproject.toml hold."""

import subprocess
import sys
from pathlib import Path

from tracker.settings import CHECKOUT


def test_every_import_contract_is_kept() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([tool, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
