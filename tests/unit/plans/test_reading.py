"""A whole plan, as an office would write one: what is read, and from which words."""

import json

import pytest

from tracker.plans.as_json import reading_as_json
from tracker.plans.reading import MOST_CHARACTERS, PlanUnreadable, read_text

PLAN = """云溪镇2025年电动自行车火灾隐患整治工作方案

为防范电动自行车火灾，结合我镇实际，制定本方案。
一、工作目标
确保全年不发生亡人火灾。
二、工作任务
（一）排查登记
1．清点底数。各村逐户登记电动自行车，4月底前完成。（责任单位：各村、派出所）
2．清理飞线。物业企业每月巡查不少于2次，发现飞线立即拆除。（派出所牵头，物业企业配合）
（二）建设车棚
镇建设办要在2025年9月30日前建成集中充电棚12处。
三、工作要求
各村于每月25日前将进展报镇安委办。

云溪镇人民政府
2025年3月3日
"""


def test_every_duty_is_found_with_units_and_deadline() -> None:
    reading = read_text(PLAN)
    assert reading.document == "plan"
    assert reading.title == "云溪镇2025年电动自行车火灾隐患整治工作方案"
    found = [(m.ordinal, m.lead_units, m.support_units, m.deadline and m.deadline.type) for m in reading.measures]
    assert found == [
        ("(一)1", ("各村", "派出所"), (), "by_date"),
        ("(一)2", ("派出所",), ("物业企业",), "recurring"),
        ("(二)", ("镇建设办",), (), "by_date"),
        ("", ("各村",), (), "recurring"),
    ]


def test_goals_and_signature_are_no_measures() -> None:
    texts = " ".join(measure.text for measure in read_text(PLAN).measures)
    assert "亡人火灾" not in texts
    assert "人民政府" not in texts


def test_spans_are_places_of_the_original_text() -> None:
    for measure in read_text(PLAN).measures:
        start, end = measure.span
        assert PLAN[start:end].startswith(measure.text[:4])


def test_what_no_measure_came_from_is_listed() -> None:
    reading = read_text(PLAN)
    unused = "".join(PLAN[start:end] for start, end in reading.unparsed)
    assert "确保全年不发生亡人火灾" in unused
    assert "4月底前完成" not in unused


def test_the_json_has_every_part_of_the_shape() -> None:
    shape = json.loads(json.dumps(reading_as_json(read_text(PLAN)), ensure_ascii=False))
    assert {"document", "title", "period", "phases", "measures", "unparsed"} <= set(shape)
    measure = shape["measures"][0]
    assert {"ordinal", "path", "text", "span", "kind", "lead_units", "support_units", "deadline", "quantity"} <= set(
        measure
    )
    assert measure["deadline"]["year"] == 2025
    assert measure["path"] == ["工作任务", "排查登记"]


@pytest.mark.parametrize("text", ["", "  \n\n ", "\ufeff"])
def test_a_text_without_words_gets_a_sentence(text: str) -> None:
    with pytest.raises(PlanUnreadable, match="没有文字"):
        read_text(text)


def test_a_text_beyond_the_limit_gets_a_sentence() -> None:
    with pytest.raises(PlanUnreadable, match="太长"):
        read_text("字" * (MOST_CHARACTERS + 1))
