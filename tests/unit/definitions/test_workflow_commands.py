"""`tracker workflows` as an operator types it."""

import pytest
from click.testing import CliRunner

from tracker.cli.main import main


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(main, ["workflows", *words])


def test_the_shipped_files_are_right(run):
    answer = run("check")
    assert answer.exit_code == 0
    assert answer.output.startswith("全部正确：")


def test_what_is_wrong_is_listed_and_the_status_says_so(run, tmp_path):
    (tmp_path / "survey.yaml").write_text("key: survey\ntitel: 摸排\n", encoding="utf-8")
    answer = run("check", str(tmp_path))
    assert answer.exit_code == 1
    assert "survey.yaml: titel: 键“titel”不存在。您是不是想写“title”？" in answer.output
    assert "survey.yaml: states: 缺少这一项。" in answer.output


def test_the_list_names_each_workflow_and_ladder(run):
    output = run("list").output
    assert all(word in output for word in ("survey", "摸排", "约谈通知书", "ladders/standard"))


def test_a_drawing_is_mermaid_on_standard_output(run):
    answer = run("draw", "survey")
    assert answer.exit_code == 0
    assert answer.output.startswith("stateDiagram-v2\n")


def test_a_mistyped_key_gets_the_nearest_one(run):
    answer = run("draw", "survay")
    assert answer.exit_code == 1
    assert "您是不是想写“survey”？" in answer.output
