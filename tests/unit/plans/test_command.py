"""`tracker plan read`: JSON for programs, Chinese lines for people, sentences for errors."""

import json
from pathlib import Path

from click.testing import CliRunner

from tracker.cli.main import main

PLAN = "柳湾镇2025年防火方案\n一、任务\n1.各村清理柴草，5月底前完成。（责任单位：各村；配合单位：林业站）\n"


def test_json_is_one_object(tmp_path: Path) -> None:
    file = tmp_path / "plan.txt"
    file.write_text(PLAN, encoding="utf-8")
    result = CliRunner().invoke(main, ["plan", "read", str(file), "--json"])
    assert result.exit_code == 0
    reading = json.loads(result.output)
    assert reading["document"] == "plan"
    assert reading["measures"][0]["support_units"] == ["林业站"]


def test_people_get_lines_that_they_can_check(tmp_path: Path) -> None:
    file = tmp_path / "plan.md"
    file.write_text("# " + PLAN, encoding="utf-8")
    result = CliRunner().invoke(main, ["plan", "read", str(file)])
    assert "措施：1 条" in result.output
    assert "责任：各村；配合：林业站；时限：5月底前" in result.output


def test_a_file_that_cannot_be_read_gets_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "plan.pdf"
    file.write_bytes(b"%PDF-1.7 something")
    result = CliRunner().invoke(main, ["plan", "read", str(file)])
    assert result.exit_code == 1
    assert "PDF" in result.output
    assert "Traceback" not in result.output
