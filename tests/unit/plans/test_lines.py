"""Hard wraps undone, lost line breaks found again."""

from tests.unit.plans.plans_written import measures
from tracker.plans.lines import paragraphs, split_lines
from tracker.plans.normalising import normalise
from tracker.plans.reading import read_text

WRAPPED = """    一、工作任务
    （一）加强巡查。各村要组织人员对重点山头、重点地段进行
不间断巡查，发现火情及时报告，严禁携带火种进山，做到早发现
早处置。
    （二）加强宣传。林业站要在主要路口悬挂横幅，利用广播反复
播放防火知识，教育学生不玩火，做到家喻户晓、人人皆知，营造
浓厚的防火氛围。
    （三）加强值守。各村要严格落实值班制度，安排专人每天值班
值守，遇有火情第一时间到场扑救，并在一小时之内向镇政府值班
室报告。"""
ONE_LINE = (
    "柳湾镇2025年防火工作方案 为做好防火工作，制定本方案。 一、工作任务 （一）加强巡查。各村要每天巡山。（责任单位：各村）"
    "（二）加强宣传。1.林业站负责悬挂横幅。2.学校要上一堂防火课。二、工作要求 各村要成立专班。"
)


def test_a_wrapped_sentence_is_one_again() -> None:
    found = measures(WRAPPED)
    assert len(found) == 3
    assert "进行不间断巡查" in found[0].text


def test_text_without_line_breaks_has_its_items() -> None:
    reading = read_text(ONE_LINE)
    assert reading.title == "柳湾镇2025年防火工作方案"
    assert [(m.ordinal, m.lead_units) for m in reading.measures] == [
        ("(一)", ("各村",)), ("(二)1", ("林业站",)), ("(二)2", ("学校",)), ("", ("各村",)),
    ]  # fmt: skip


def test_short_lines_that_end_without_a_stop_are_not_run_together() -> None:
    text = normalise("一、任务\n清理柴草\n张贴告示\n组织巡查")
    assert [piece.text for piece in paragraphs(split_lines(text))] == ["一、任务", "清理柴草", "张贴告示", "组织巡查"]


def test_a_line_that_breaks_off_at_a_comma_goes_on() -> None:
    text = normalise("各村清理柴草，\n5月底前完成。\n林业站检查。")
    assert [piece.text for piece in paragraphs(split_lines(text))] == ["各村清理柴草，5月底前完成。", "林业站检查。"]


def test_a_bracket_broken_over_two_lines_is_one() -> None:
    found = measures("一、任务\n1.清理柴草。（责任单位：各村、\n林业站）")
    assert found[0].lead_units == ("各村", "林业站")


def test_numbers_inside_a_sentence_break_nothing() -> None:
    text = normalise("投入1.5万元，按照第三条（二）的要求，完成2.0版升级。")
    assert len(paragraphs(split_lines(text))) == 1
