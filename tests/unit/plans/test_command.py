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


def test_what_stands_around_the_measures_is_shown_too(tmp_path: Path) -> None:
    file = tmp_path / "plan.txt"
    around = (
        "二、要求\n1.成立防火领导小组，办公室设在林业站。\n2.各村每月25日前报送《进度表》（附件1）。\n3.对工作不力的村，予以通报、约谈。\n"
        "附件：1.进度表\n柳湾镇人民政府\n2025年3月3日"
    )
    file.write_text(PLAN + around, encoding="utf-8")
    lines = CliRunner().invoke(main, ["plan", "read", str(file)]).output
    for line in ("印发机关：柳湾镇人民政府", "领导机构：防火领导小组", "办公室：办公室（设在林业站）", "附件1：进度表",
                 "报送：《进度表》（附件1）；时限：每月25日前", "奖惩（约谈、通报）：对工作不力的村，予以通报、约谈"):  # fmt: skip
        assert line in lines
    reading = json.loads(CliRunner().invoke(main, ["plan", "read", str(file), "--json"]).output)
    assert reading["issuers"][0]["text"] == "柳湾镇人民政府"
    assert {"groups", "attachments", "returns", "consequences"} <= set(reading)


def test_a_file_that_cannot_be_read_gets_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "plan.pdf"
    file.write_bytes(b"%PDF-1.7 something")
    result = CliRunner().invoke(main, ["plan", "read", str(file)])
    assert result.exit_code == 1
    assert "PDF" in result.output
    assert "Traceback" not in result.output
