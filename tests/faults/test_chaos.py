"""A short seeded run of `make chaos`: each kind of process is killed, half of them at named commit points."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tracker.settings import CHECKOUT


@pytest.mark.slow
def test_thirty_kills_lose_and_double_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--kills", "30", "--seed", "2"],
        cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "nothing lost, nothing doubled" in done.stdout
