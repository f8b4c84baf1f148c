"""What a plan says around its measures: who issued it, its groups, attachments, returns and consequences."""

import pytest

from tracker.plans.reading import read_text
from tracker.plans.shapes import Reading

TITLE = "柳湾镇2025年防火工作方案"
TASKS = "一、任务\n1.各村清理柴草，5月底前完成。\n2.林业站负责检查。"


def read(body: str, title: str = TITLE) -> Reading:
    return read_text(f"{title}\n{TASKS}\n{body}")


@pytest.mark.parametrize(
    ("text", "issuers"),
    [
        (f"{TITLE}\n{TASKS}\n柳湾镇人民政府\n2025年3月3日", ["柳湾镇人民政府"]),
        (f"{TITLE}\n{TASKS}\n柳湾镇中心学校", ["柳湾镇中心学校"]),
        (f"{TITLE}\n{TASKS}\n甲县公安局\n甲县教育局\n2025年3月3日", ["甲县公安局", "甲县教育局"]),
        (f"{TITLE}\n{TASKS}\n甲县森林草原防灭火\n指挥部办公室\n2025年3月3日", ["甲县森林草原防灭火指挥部办公室"]),
        (f"甲县人民政府办公室文件\n{TITLE}\n{TASKS}", ["甲县人民政府办公室"]),
        (f"柳湾派出所关于开展清查的行动方案\n{TASKS}", ["柳湾派出所"]),
        (f"甲县公安局 甲县教育局关于开展护校的通知\n{TASKS}", ["甲县公安局", "甲县教育局"]),
        (f"关于印发{TITLE}的通知\n各村：\n现将方案印发给你们，请执行。\n柳湾镇安委会办公室\n2025年3月3日\n{TITLE}\n{TASKS}", ["柳湾镇安委会办公室"]),
        (f"{TITLE}\n{TASKS}", []),
    ],
)  # fmt: skip
def test_who_issued_a_plan(text: str, issuers: list[str]) -> None:
    reading = read_text(text)
    assert [issuer.text for issuer in reading.issuers] == issuers
    for issuer in reading.issuers:
        assert text[slice(*issuer.span)].replace("\n", "") == issuer.text


def test_groups_by_name_and_never_their_members() -> None:
    reading = read(
        "二、组织领导\n成立防火工作领导小组，由张某任组长，王某、李某为成员。领导小组下设办公室，办公室设在林业站，由王某兼任主任。下设宣传教育组、督导检查组。\n"
        "（一）宣传教育组。负责宣传。\n【物资组】 负责备料。"
    )
    assert [(group.kind, group.name, group.seat) for group in reading.groups] == [
        ("leading", "防火工作领导小组", None),
        ("office", "领导小组办公室", "林业站"),
        ("functional", "宣传教育组", None),
        ("functional", "督导检查组", None),
        ("functional", "物资组", None),
    ]


def test_the_groups_that_each_village_has_to_set_up_are_not_the_plan_s() -> None:
    assert read("二、要求\n1.各村要成立工作领导小组。\n2.各班组、村民小组要配合。").groups == ()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("附件：1.登记表\n2.月报表", [("1", "登记表"), ("2", "月报表")]),
        ("附件：1.登记表 2.月报表", [("1", "登记表"), ("2", "月报表")]),
        ("附件：登记表", [("", "登记表")]),
        ("附件1\n登记表\n序号\t场所\t问题\n附件2\n月报表", [("1", "登记表"), ("2", "月报表")]),
        ("附件：1.登记表\n柳湾镇人民政府\n2025年3月3日\n附件1\n柳湾镇登记表", [("1", "登记表")]),
    ],
)
def test_attachments_are_listed_once(body: str, expected: list[tuple[str, str]]) -> None:
    assert [(each.number, each.title) for each in read(body).attachments] == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("各村每月25日前报送《进度表》（附件2）", [("《进度表》", "2", "recurring")]),
        ("各村于8月25日前将实施方案及联络员名单报镇防火办", [("实施方案", None, "by_date"), ("联络员名单", None, "by_date")]),
        ("各村建立隐患清单，6月30日前报镇防火办", [("隐患清单", None, "by_date")]),
        ("5月15日前，卫生院将附件1、附件2报县医保局", [("附件1", "1", "by_date"), ("附件2", "2", "by_date")]),
        ("各村每月20日前报送进展，9月15日前报送总结", [("进展", None, "recurring"), ("总结", None, "by_date")]),
        ("林业站每月通报工作情况", []),
        ("各村发现火情立即拨打报警电话", []),
    ],
)  # fmt: skip
def test_what_has_to_be_sent_in(sentence: str, expected: list[tuple[str, str | None, str]]) -> None:
    text = f"{TITLE}\n{TASKS}\n二、要求\n（一）{sentence}。"
    returns = read_text(text).returns
    assert [(each.name, each.attachment, each.deadline and each.deadline.type) for each in returns] == expected
    assert all(text[slice(*each.span)] == each.name for each in returns if each.name[:2] != "附件")


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("对工作不力的，予以通报、约谈，直至问责", ("约谈", "问责", "通报")),
        ("防火工作纳入年度综合考核，发生火灾的实行一票否决", ("考核", "一票否决")),
        ("督查组不定期开展暗访，督查结果全镇通报", ("督导", "通报")),
        ("对整改滞后的村给予黄牌警告，年终扣分", ("扣分", "挂牌")),
        ("对成绩突出的单位给予表彰奖励", ("表彰",)),
        ("融媒体中心每月曝光两起违法用火", ()),
        ("派出所查处违法用火", ()),
        ("县政府督查室、林业站负责值班", ()),
    ],
)
def test_what_follows_good_or_bad_work(sentence: str, kinds: tuple[str, ...]) -> None:
    text = f"{TITLE}\n{TASKS}\n二、要求\n（一）{sentence}。（责任单位：林业站）"
    found = read_text(text).consequences
    assert [each.kinds for each in found] == ([kinds] if kinds else [])
    assert all(text[slice(*each.span)] == each.text == sentence for each in found)


def test_a_heading_threatens_nobody() -> None:
    assert read("二、督查考核\n（一）强化督导问责。林业站负责登记。").consequences == ()


def test_papers_that_are_no_plans_have_no_surroundings() -> None:
    reading = read_text(
        "柳湾镇防火工作总结\n今年以来，共检查40次，取得明显成效。对工作不力的进行了约谈。\n柳湾镇人民政府\n2025年12月3日"
    )
    assert (reading.document, reading.issuers, reading.consequences) == ("summary", (), ())
