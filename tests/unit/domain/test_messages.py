from datetime import date

import pytest

from tracker.domain.messages import (
    KINDS,
    MESSAGE_KINDS,
    MessageUnreadable,
    Standing,
    check_facts,
    why_not_send,
)

TODAY = date(2026, 9, 15)


def test_an_unknown_kind_is_refused_where_it_is_decided() -> None:
    with pytest.raises(MessageUnreadable, match="no message is called 'remnid'"):
        check_facts("remnid", {})


def test_a_missing_fact_is_named() -> None:
    with pytest.raises(MessageUnreadable, match="lacks title, unit"):
        check_facts("approved", {"task_ref": "T-2026-0001"})


@pytest.mark.parametrize("kind", sorted(MESSAGE_KINDS))
def test_every_kind_goes_out_while_nothing_has_changed(kind: str) -> None:
    waits = "supervisor" if KINDS[kind].sent_while == "with_office" else "unit"
    standing = Standing(
        task_final=False, task_waits_for=waits, clock_runs=True, extension_open=True, finding_status="waiting"
    )
    assert why_not_send(kind, standing, today=TODAY) is None


@pytest.mark.parametrize(
    ("kind", "standing", "reason"),
    [
        ("remind", Standing(task_final=True), "任务已办结或撤回"),
        ("urge", Standing(task_final=False, clock_runs=False), "任务已报送、延期或重新计时"),
        ("remind", Standing(task_final=False, clock_runs=True, task_waits_for="nobody"), None),
        ("urge", Standing(task_final=False, task_waits_for="supervisor"), "任务已报送、延期或重新计时"),
        ("to_review", Standing(task_final=False, task_waits_for="unit"), "该事项已处理"),
        ("extension_asked", Standing(task_final=False), "延期申请已有结果"),
        ("raised", Standing(finding_status="waived"), "该事项已处理"),
        ("served", Standing(person_left_on=TODAY), "收件人已离任"),
        ("served", Standing(post_ends_on=date(2026, 9, 14)), "收件人已不在该岗位"),
        ("served", Standing(post_ends_on=TODAY, task_final=True), None),
        ("approved", Standing(task_final=True), None),
    ],
)
def test_what_has_been_overtaken_is_not_sent(kind: str, standing: Standing, reason: str | None) -> None:
    assert why_not_send(kind, standing, today=TODAY) == reason
