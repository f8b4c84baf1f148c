"""Several documents in one file."""

from tracker.plans.reading import read_text

TWO = """柳湾镇防火工作方案
为做好森林防火工作，现结合我镇实际制定如下方案。
一、任务
1.各村清理柴草，5月底前完成。
柳湾镇防火工作总结
今年以来，我镇共清理柴草40处，取得明显成效，现总结如下。
一、成立了专班，召开了会议。
"""


def test_only_the_plan_of_a_file_gives_measures_and_the_office_is_told() -> None:
    reading = read_text(TWO)
    assert reading.document == "plan"
    assert len(reading.measures) == 1
    assert "2篇" in reading.questions[0]


def test_a_covering_notice_belongs_to_its_plan() -> None:
    reading = read_text(
        "柳政办〔2024〕9号\n关于印发柳湾镇防火工作方案的通知\n各村、镇直各单位：\n现将方案印发给你们，请认真贯彻执行。\n"
        "柳湾镇人民政府\n2024年4月2日\n柳湾镇防火工作方案\n一、任务\n1.各村清理柴草，5月底前完成。"
    )
    assert reading.title == "柳湾镇防火工作方案"
    deadline = reading.measures[0].deadline
    assert deadline is not None
    assert (deadline.year, deadline.month, deadline.day) == (2024, 5, 31)
    assert "年份2024：成文日期的年份" in reading.measures[0].grounds


def test_a_heading_that_ends_like_a_title_begins_no_document() -> None:
    reading = read_text(
        "柳湾镇防火工作方案\n为做好防火工作，现结合我镇实际制定方案如下。\n工作措施\n1.各村清理柴草。\n任务清单\n2.学校要上一堂防火课。"
    )
    assert reading.questions == ()
    assert len(reading.measures) == 2
