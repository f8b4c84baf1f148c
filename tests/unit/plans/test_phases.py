"""Stages with their days, and what they hand down."""

from tests.unit.plans.plans_written import measures
from tracker.plans.reading import read_text

PLAN = """柳湾镇2025年防火工作方案
一、实施步骤
（一）动员部署阶段（5月中旬）。各村召开动员会。
（二）集中整治阶段（5月下旬—8月底）。
1.各村清理柴草。
2.林业站每周检查1次。
（三）长效巩固阶段（9月上旬起）。各村健全制度。
"""


def test_stages_have_first_and_last_days() -> None:
    assert [(p.name, p.start, p.end) for p in read_text(PLAN).phases] == [
        ("动员部署阶段", "2025-05-11", "2025-05-20"),
        ("集中整治阶段", "2025-05-21", "2025-08-31"),
        ("长效巩固阶段", "2025-09-01", None),
    ]


def test_duties_of_a_stage_end_with_it_unless_they_say_otherwise() -> None:
    found = [(m.deadline.type, m.deadline.month, m.deadline.day) for m in read_text(PLAN).measures if m.deadline]
    assert found == [("phase", 5, 20), ("phase", 8, 31), ("recurring", None, None), ("start_by", 9, 1)]


def test_the_period_spans_the_stages() -> None:
    period = read_text(PLAN).period
    assert period is not None
    assert (period.start, period.end) == ("2025-05-11", "2025-08-31")


def test_a_stage_may_be_written_in_front() -> None:
    found = measures(
        "一、步骤\n第一阶段：宣传发动（2025年3月1日至3月15日）。各村张贴告示。\n第二阶段：总结（2025年4月）。林业站总结经验。"
    )
    assert [(m.deadline.type, m.deadline.day) for m in found if m.deadline] == [("phase", 15), ("phase", 30)]


def test_stages_without_the_word_stage_are_told_by_their_place_and_dates() -> None:
    found = measures(
        "一、实施步骤\n（一）自查自纠（4月1日至4月15日）。各村开展自查。\n（二）集中检查（4月16日至4月30日）。镇里组织检查。"
    )
    assert [m.deadline.type for m in found if m.deadline] == ["phase", "phase"]


def test_a_heading_with_nothing_but_a_time_behind_it_is_a_stage() -> None:
    found = measures(
        "一、主要任务\n（一）全面排查（5月底前）。各村排查。\n（二）宣传发动（6月）。学校宣传。\n（三）集中处置（7—8月）。派出所查处。"
    )
    assert [(m.deadline.type, m.deadline.month, m.deadline.day) for m in found if m.deadline] == [
        ("phase", 5, 31),
        ("phase", 6, 30),
        ("phase", 8, 31),
    ]
