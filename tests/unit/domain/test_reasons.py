"""Reasons to pick from: the campaign's own, else ours; what was picked and what was typed are both recorded."""

from __future__ import annotations

import pytest

from tracker.domain.reasons import REASONS, RETURN, WAIVE, reasons_for, worded


def test_a_campaigns_own_reasons_go_before_ours() -> None:
    assert reasons_for("return", {"reasons": {"send_back": ["请附签到表"]}}) == ("请附签到表",)
    assert reasons_for("return_reply", {}) == REASONS[RETURN]
    assert reasons_for("waive", {"reasons": {"send_back": ["请附签到表"]}}) == REASONS[WAIVE]
    assert reasons_for("approve", {}) == ()


@pytest.mark.parametrize(("picked", "typed", "reason"), [
    ("缺少材料", " 第二张照片 ", "缺少材料；第二张照片"), ("缺少材料", "", "缺少材料"), ("", "自己写的", "自己写的"), (" ", "", ""),
])  # fmt: skip
def test_picked_and_typed_make_one_reason(picked: str, typed: str, reason: str) -> None:
    assert worded(picked, typed) == reason
