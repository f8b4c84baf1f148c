"""Who a sentence speaks to."""

import pytest

from tracker.plans.normalising import normalise
from tracker.plans.subjects import duty_of_text


@pytest.mark.parametrize(
    ("text", "lead", "support"),
    [
        ("各村要逐户登记。", ["各村"], []),
        ("派出所负责案件侦办。", ["派出所"], []),
        ("由镇应急办牵头，各村配合，开展演练。", ["镇应急办"], ["各村"]),
        ("民政所会同派出所对养老机构开展检查。", ["民政所"], ["派出所"]),
        ("5月底前，各学校组织一次家长会。", ["各学校"], []),
        ("县委宣传部统筹宣传工作。", ["县委宣传部"], []),
        ("区政府督查室要定期督查。", ["区政府督查室"], []),
        ("教育、公安、民政等部门要密切配合。", ["教育", "公安", "民政"], []),
        ("各村“一把手”要亲自部署。", ["各村"], []),
        ("同时，物业企业每月检查一次。", ["物业企业"], []),
        ("检察院、法院要依法快审快结，司法所做好帮教。", ["检察院", "法院", "司法所"], []),
        ("县公安局：依法打击。", ["县公安局"], []),
        ("各乡镇各部门要加强领导。", ["各乡镇", "各部门"], []),
    ],
)
def test_the_subject_is_found(text: str, lead: list[str], support: list[str]) -> None:
    duty = duty_of_text(normalise(text))
    assert (list(duty.lead), list(duty.support)) == (lead, support)


@pytest.mark.parametrize(
    "text",
    ["要督促各村落实责任。", "对养老机构、保健品店开展检查。", "加强与派出所的联系。", "确保各村不发生事故。", "向群众发放宣传单。", "由镇党委委员张某牵头。",
     "深入学校、社区开展宣传。"],
)  # fmt: skip
def test_an_object_is_no_subject(text: str) -> None:
    assert duty_of_text(normalise(text)).lead == ()
