"""An SMS says how many, until when and for whom; never what. And what it costs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.definitions.banned_words import shipped_banned_words
from tracker.domain.messages import KINDS, MESSAGE_KINDS
from tracker.domain.ports import MessagePart
from tracker.domain.sms_texts import TO_DECIDE, TO_DO, VALUES, SmsWording, banned_in, day, neutral_values, sms_segments

NEVER_IN_SMS = re.compile(r"党|政|诈|贷|赌|刷单|投资|众筹|维权|[★【】<>{}]|http")
WORDING = SmsWording()


def part(kind: str, **facts: object) -> MessagePart:
    return MessagePart(kind, {"title": "电信诈骗摸排", "unit": "东一村", **facts})


def text(parts: list[MessagePart], unit: str | None = None, wording: SmsWording = WORDING) -> str:
    return wording.text(neutral_values(parts, unit))


@pytest.mark.parametrize("kind", sorted(MESSAGE_KINDS))
def test_an_sms_never_says_what_a_matter_is_about(kind: str) -> None:
    said = text([part(kind, due_on="2026-12-05")] * 12)
    assert not NEVER_IN_SMS.search(said)
    assert banned_in(said, shipped_banned_words()) == []
    assert "摸排" not in said
    assert sms_segments(said) == 1


def test_the_kinds_that_an_sms_counts_are_kinds() -> None:
    assert KINDS.keys() >= TO_DO | TO_DECIDE
    assert not TO_DO & TO_DECIDE


def test_it_counts_what_is_late_and_names_the_nearest_date() -> None:
    parts = [part("remind", due_on="2026-12-09"), part("remind", due_on="2026-12-05"), part("urge")]
    assert text(parts) == "您单位有3件督办事项（1件已逾期），最近期限12月5日，请登录系统办理。"
    assert text(parts, "东岭村").startswith("东岭村有3件")


def test_to_the_office_it_counts_what_waits_for_a_decision() -> None:
    assert text([part("to_review"), part("raised"), part("raised")]) == "您有3件事项待处理，请登录系统办理。"


def test_news_alone_is_counted_as_news() -> None:
    assert text([part("approved"), part("approved")]) == "您有2条督办事项消息，请登录系统办理。"


def test_a_template_that_was_approved_is_filled_by_its_own_names() -> None:
    wording = SmsWording("青禾镇", "${dw}有${n}件督办事项，请于${until}前办理。", {"dw": "unit", "n": "total"})
    values = neutral_values([part("remind", due_on="2026-12-05"), part("to_review")], "东岭村")
    assert wording.values(values) == {"dw": "东岭村", "n": "2", "until": "12月5日"}
    assert wording.text(values) == "【青禾镇】东岭村有2件督办事项，请于12月5日前办理。"


def test_no_value_is_ever_empty_for_carriers_refuse_empty_ones() -> None:
    values = neutral_values([part("approved")])
    assert values.keys() == VALUES.keys()
    assert all(values.values())


@pytest.mark.parametrize(
    ("length", "pieces"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (160, 3), (201, 3), (202, 4), (500, 8)]
)
def test_an_sms_is_charged_by_70_and_67_characters(length: int, pieces: int) -> None:
    assert sms_segments("字" * length) == pieces


def test_the_signature_with_its_brackets_counts() -> None:
    wording = SmsWording("某某镇人民政府")
    said = text([part("remind")], wording=wording)
    assert said.startswith("【某某镇人民政府】")
    assert len(said) - len(text([part("remind")])) == 9


@given(st.integers(min_value=1, max_value=2000))
def test_pieces_never_shrink_as_a_text_grows(length: int) -> None:
    assert sms_segments("字" * length) <= sms_segments("字" * (length + 1)) <= sms_segments("字" * length) + 1


def test_a_unit_name_of_sixty_characters_loses_nothing() -> None:
    said = text([part("remind", due_on="2026-12-05")], "长" * 60)
    assert said.startswith("长" * 60 + "有1件")
    assert sms_segments(said) == 2


def test_dates_are_written_as_people_write_them() -> None:
    assert day("2026-09-05") == "9月5日"
