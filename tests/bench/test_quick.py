"""The benchmarks run, agree with their floors on every row written, and end with one line of JSON."""

import json
import subprocess
import sys

import pytest

from tracker.settings import CHECKOUT


@pytest.mark.slow
def test_a_quick_run_prints_a_table_and_one_line_of_json() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    rows = json.loads(lines[-1])
    assert len(rows) == len(lines) - 2 == 45
    assert all(set(row) == {"name", "n", "value", "unit", "floor", "ratio", "what"} for row in rows)
    assert {row["name"] for row in rows} >= {"tasks_issued", "clocks_escalated", "deadline_to_commit_p99"}
    assert all(row["value"] > 0 for row in rows)
