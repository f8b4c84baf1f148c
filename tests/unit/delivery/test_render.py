"""Every kind of message can be written, and a mail says all of it."""

import pytest

from tracker.delivery.render import ORDER, TemplateRenderer
from tracker.domain.messages import KINDS, MESSAGE_KINDS, MessageUnreadable, check_facts
from tracker.domain.ports import MessagePart

LINK = "http://127.0.0.1:8000"
FACTS: dict[str, object] = {
    "task_ref": "RW-2026-0007", "title": "入户宣传", "unit": "东一村", "due_on": "2026-09-15",
    "campaign": "打击治理电信网络诈骗专项行动", "working_days_left": 2, "working_days_late": 3,
    "rung_title": "督导通知", "reason": "照片不清楚", "wanted_on": "2026-09-30", "granted": True,
    "notice_ref": "WS-2026-0003", "printed_number": "某反诈办〔2026〕7号", "reply_due_on": "2026-09-20",
    "outcome": "不通过", "state": "待签发", "old_due_on": "2026-09-10", "role": "联络员", "parties": "督导组",
    "tasks": 60, "done": 41, "done_week": 7, "late": 4, "due_week": 9, "worst": "东岭村3项", "waiting": 1,
    "office": "镇专项办", "old_unit": "旧村", "cadence": "每月25日前", "begins_on": "2026-10-01", "issued_on": "2026-09-10", "hours": 4,
    "how": "视为收到", "visit_ref": "DC-2026-0001", "days": "2026年9月14日", "units": "东岭村", "ground": "年度督导计划",
    "what": "日期由2026年9月14日改为2026年9月16日",
}  # fmt: skip


def part(kind: str, **facts: object) -> MessagePart:
    needed = {name: FACTS[name] for name in KINDS[kind].required}
    return MessagePart(kind, {**needed, **facts})


@pytest.fixture(scope="module")
def renderer() -> TemplateRenderer:
    return TemplateRenderer()


@pytest.mark.parametrize("kind", sorted(MESSAGE_KINDS))
def test_every_kind_can_be_written_from_its_required_facts(renderer: TemplateRenderer, kind: str) -> None:
    one = part(kind)
    check_facts(kind, one.facts)
    subject, text, html = renderer.email(recipient="李明", parts=[one], link=LINK)
    assert subject
    assert KINDS[kind].title in text
    assert str(one.facts.get("unit", one.facts.get("title", one.facts.get("campaign", "不用办理")))) in text
    assert LINK in html
    assert "None" not in text


def test_every_kind_has_its_place_in_a_mail() -> None:
    assert set(ORDER) == MESSAGE_KINDS
    assert len(ORDER) == len(MESSAGE_KINDS)


def test_one_mail_holds_everything_grouped_gravest_first(renderer: TemplateRenderer) -> None:
    parts = [part("assigned", title="摸排"), part("remind"), part("assigned", title="报送"), part("urge")]
    subject, text, html = renderer.email(recipient="李明", parts=parts, link=LINK)
    assert subject == "督办事项4件，其中逾期催办1件"
    assert text.index("【逾期催办】") < text.index("【到期提醒】") < text.index("【新任务】共2件")
    assert "1. 摸排（RW-2026-0007，东一村）" in text
    assert "2. 报送（RW-2026-0007，东一村）" in text
    assert html.count("<li>") == 4


def test_a_mail_of_one_kind_says_so_in_its_subject(renderer: TemplateRenderer) -> None:
    assert renderer.email(recipient="李明", parts=[part("assigned")] * 9, link=LINK)[0] == "新任务9件"
    assert renderer.email(recipient="李明", parts=[part("assigned")], link=LINK)[0] == "新任务：入户宣传"


def test_a_title_with_line_breaks_cannot_break_the_subject(renderer: TemplateRenderer) -> None:
    subject = renderer.email(recipient="李明", parts=[part("assigned", title="甲\r\nBcc: x@y.z")], link=LINK)[0]
    assert subject == "新任务：甲 Bcc: x@y.z"


def test_what_people_typed_is_text_in_html(renderer: TemplateRenderer) -> None:
    _, text, html = renderer.email(
        recipient="<b>李</b>", parts=[part("returned", reason="<script>x</script>{{ 7*7 }}")], link=LINK
    )
    assert "&lt;script&gt;x" in html
    assert "<script>" not in html
    assert "<b>李" not in html
    assert "{{ 7*7 }}" in text


def test_a_missing_fact_is_an_error_and_not_a_gap(renderer: TemplateRenderer) -> None:
    with pytest.raises(MessageUnreadable, match="remind/"):
        renderer.email(recipient="李明", parts=[MessagePart("remind", {"title": "甲"})], link=LINK)


def test_an_unknown_kind_is_an_error(renderer: TemplateRenderer) -> None:
    with pytest.raises(MessageUnreadable, match="no message is called"):
        renderer.email(recipient="李明", parts=[MessagePart("nudge", {})], link=LINK)


@pytest.mark.parametrize(("granted", "said"), [(True, "已同意，新期限9月15日"), (False, "未同意，期限仍是9月15日")])
def test_the_answer_to_an_extension_names_the_date_that_holds(
    renderer: TemplateRenderer, granted: bool, said: str
) -> None:
    text = renderer.email(recipient="李明", parts=[part("extension_decided", granted=granted)], link=LINK)[1]
    assert said in text


@pytest.mark.parametrize(
    ("left", "rest", "said"),
    [
        (2, False, "还有2个工作日"),
        (0, False, "就是今天"),
        (0, True, "到期日是休息日"),
        (-4, False, "已过4个工作日"),
    ],
)
def test_a_reminder_says_how_much_time_is_left(renderer: TemplateRenderer, left: int, rest: bool, said: str) -> None:
    one = part("remind", working_days_left=left, falls_on_rest_day=rest)
    text = renderer.email(recipient="李明", parts=[one], link=LINK)[1]
    assert said in text
    assert sum(each in text for each in ("还有", "就是今天", "到期日是休息日", "已过")) == 1


def test_what_the_urging_person_added_is_in_the_mail(renderer: TemplateRenderer) -> None:
    text = renderer.email(recipient="李明", parts=[part("urge", note="明天上午来镇里碰一下")], link=LINK)[1]
    assert "附言：明天上午来镇里碰一下" in text


def test_a_mail_that_can_be_done_without_says_where(renderer: TemplateRenderer) -> None:
    address = "https://tracker.example/unsubscribe/17-abc"
    _, text, html = renderer.email(recipient="李明", parts=[part("approved")], link=LINK, unsubscribe=address)
    assert (address in text, f'href="{address}"' in html) == (True, True)
    _, text, html = renderer.email(recipient="李明", parts=[part("approved")], link=LINK)
    assert "不想再收到" not in text + html
