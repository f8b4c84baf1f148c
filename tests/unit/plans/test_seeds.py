"""The reference plans beside the repository, held to the bars of the scorer. Skipped where they are absent."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.settings import CHECKOUT

SHARED = CHECKOUT.parent / "shared"
SCORER = SHARED / "tools" / "score_plans.py"
FOLDERS = [
    folder for folder in (SHARED / "data" / "seeds", SHARED / "data" / "plans") if any(folder.glob("*/gold.json"))
]


@pytest.mark.needs_shared
@pytest.mark.skipif(
    not (SCORER.exists() and FOLDERS), reason="the reference plans (../shared/data) are not on this machine"
)
def test_the_reference_plans_are_read_as_well_as_was_promised() -> None:
    reader = f"{Path(sys.executable).parent / 'tracker'} plan read {{file}} --json"
    roots = [part for folder in FOLDERS for part in ("--root", str(folder))]
    run = subprocess.run(
        [sys.executable, str(SCORER), "--reader", reader, "--json", *roots], capture_output=True, text=True, check=True
    )
    total = json.loads(run.stdout)["total"]
    assert total["task_f1"] >= 0.92
    assert total["units_f1"] >= 0.92
    assert total["deadlines_exact"] >= 0.95
    assert total["deadlines_invented"] <= 2
    assert total["worst_plan_f1"] >= 0.75
    assert total["told_apart"] == 1.0
    assert total["spans_true"] == 1.0
