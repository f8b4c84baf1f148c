"""One table a provider: what each code leads to, and what happens to codes that nobody listed."""

from __future__ import annotations

import time

import pytest

from tracker.domain.delivery_states import after_receipt, ask_after, away_pause, tries_left
from tracker.domain.phones import is_mobile, plain_number
from tracker.domain.provider_codes import (
    ALIYUN,
    ALIYUN_RECEIPTS,
    CMPP_RECEIPTS,
    HOUR,
    Meaning,
    judge_smtp,
    table_of,
)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("OK", Meaning.ACCEPTED),
        ("isp.SYSTEM_ERROR", Meaning.RETRY),
        ("Throttling.User", Meaning.RETRY),
        ("isv.BUSINESS_LIMIT_CONTROL", Meaning.DELAY),
        ("isv.OUT_OF_SERVICE", Meaning.STOP),
        ("isv.DAY_LIMIT_CONTROL", Meaning.STOP),
        ("isv.SMS_TEMPLATE_ILLEGAL", Meaning.STOP),
        ("isv.DENY_IP_RANGE", Meaning.STOP),
        ("isp.RAM_PERMISSION_DENY", Meaning.STOP),
        ("InvalidTimeStamp.Expired", Meaning.STOP),
        ("SignatureDoesNotMatch", Meaning.STOP),
        ("isv.MOBILE_NUMBER_ILLEGAL", Meaning.BAD_CONTACT),
        ("PhoneNumberInBlacklist", Meaning.BAD_CONTACT),
        ("isv.SOMETHING_NEW", Meaning.UNLISTED),
    ],
)
def test_aliyuns_codes(code: str, meaning: Meaning) -> None:
    verdict = ALIYUN.judge(code, "said so")
    assert verdict.meaning is meaning
    assert code in verdict.sentence
    assert "said so" in verdict.sentence


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("5.1.1 <liming@town.example>: User unknown", "5.1.1 <l***@town.example>: User unknown"),
        ("邮箱li@town.example不存在", "邮箱l***@town.example不存在"),
        ("号码13800001234在黑名单", "号码138****1234在黑名单"),
        ("+8613800001234 refused", "+86138****1234 refused"),
        ("queue 13800001234567, code 550", "queue 13800001234567, code 550"),
        ("x" * 110 + " li@town.example", "x" * 110 + " l***@town"),
    ],
)
def test_whom_a_provider_names_is_masked_before_anybody_reads_it(said: str, shown: str) -> None:
    assert shown in ALIYUN.judge("isv.SOMETHING_NEW", said).sentence
    assert shown in judge_smtp(550, said, "收件人被发信服务器拒绝").sentence


@pytest.mark.parametrize("said", ["a" * 65_536, "a@" * 32_768, "1" * 65_536, "a.b-" * 16_384])
def test_a_long_answer_without_an_address_in_it_is_read_at_once(said: str) -> None:
    began = time.process_time()
    judge_smtp(554, said, "对方拒收")
    assert time.process_time() - began < 1


def test_a_limit_by_the_provider_is_waited_out_for_an_hour() -> None:
    assert ALIYUN.judge("isv.BUSINESS_LIMIT_CONTROL").wait == HOUR


@pytest.mark.parametrize(
    ("table", "code", "meaning"),
    [
        (CMPP_RECEIPTS, "DELIVRD", Meaning.DELIVERED),
        (CMPP_RECEIPTS, "ACCEPTD", Meaning.PENDING),
        (CMPP_RECEIPTS, "EXPIRED", Meaning.LOST),
        (CMPP_RECEIPTS, "UNDELIV", Meaning.LOST),
        (CMPP_RECEIPTS, "REJECTD", Meaning.LOST),
        (ALIYUN_RECEIPTS, "DELIVERED", Meaning.DELIVERED),
        (ALIYUN_RECEIPTS, "MOBILE_NOT_ON_SERVICE", Meaning.BAD_CONTACT),
    ],
)
def test_receipts(table: object, code: str, meaning: Meaning) -> None:
    assert table.judge(code).meaning is meaning  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "said", "meaning"),
    [
        (250, "OK", Meaning.ACCEPTED),
        (450, "busy", Meaning.RETRY),
        (421, "closing", Meaning.RETRY),
        (550, "5.1.1 no such user", Meaning.BAD_CONTACT),
        (550, "no such user", Meaning.LOST),
        (550, "5.7.1 relaying denied", Meaning.LOST),
        (554, "spam", Meaning.LOST),
    ],
)
def test_smtp_answers(code: int, said: str, meaning: Meaning) -> None:
    assert judge_smtp(code, said, "收件人被拒绝").meaning is meaning


def test_a_files_codes_come_on_top_and_may_be_beginnings() -> None:
    table = table_of("own", {"MK:*": Meaning.BAD_CONTACT, "UNDELIV": Meaning.BAD_CONTACT}, CMPP_RECEIPTS)
    assert table.judge("MK:0013").meaning is Meaning.BAD_CONTACT
    assert table.judge("UNDELIV").meaning is Meaning.BAD_CONTACT
    assert table.judge("DELIVRD").meaning is Meaning.DELIVERED
    assert table.judge("XX").meaning is Meaning.UNLISTED


# -- how a delivery goes on


def test_an_unlisted_code_is_tried_once_more_and_a_busy_provider_five_times() -> None:
    assert [tries_left(Meaning.UNLISTED, tries) for tries in (1, 2)] == [True, False]
    assert [tries_left(Meaning.RETRY, tries) for tries in (1, 5, 6)] == [True, True, False]


@pytest.mark.parametrize(
    ("status", "meaning", "after"),
    [
        ("accepted", Meaning.DELIVERED, "delivered"),
        ("submitting", Meaning.DELIVERED, "delivered"),  # faster than the answer to the sending
        ("unknown", Meaning.DELIVERED, "delivered"),
        ("failed", Meaning.DELIVERED, "delivered"),  # out of order
        ("gathered", Meaning.DELIVERED, "delivered"),  # waiting to be sent once more: it arrived after all
        ("delivered", Meaning.DELIVERED, None),  # doubled
        ("delivered", Meaning.LOST, None),  # what arrived stays arrived
        ("accepted", Meaning.LOST, "failed"),
        ("unknown", Meaning.BAD_CONTACT, "failed"),
        ("gathered", Meaning.LOST, None),
        ("cancelled", Meaning.LOST, None),
        ("unknown", Meaning.PENDING, "accepted"),
        ("accepted", Meaning.PENDING, None),
    ],
)
def test_receipts_may_come_late_twice_and_out_of_order(status: str, meaning: Meaning, after: str | None) -> None:
    assert after_receipt(status, meaning) == after


def test_a_provider_that_is_away_is_left_alone_longer_each_time_up_to_a_quarter_of_an_hour() -> None:
    assert [away_pause(n).total_seconds() / 60 for n in (0, 1, 2, 3, 4, 5, 50)] == [1, 1, 2, 4, 8, 15, 15]


def test_questions_end() -> None:
    assert ask_after("unknown", 0) is not None
    assert ask_after("unknown", 3) is None
    assert ask_after("accepted", 5) is None
    assert ask_after("delivered", 0) is None


# -- numbers


@pytest.mark.parametrize(
    "typed",
    [
        "13800000001",
        "+86 138 0000 0001",
        "86-13800000001",
        "0086 13800000001",
        "(138)0000-0001",
        "１３８００００００01",
    ],
)
def test_a_number_is_read_however_it_was_typed(typed: str) -> None:
    assert plain_number(typed) == "13800000001"


@pytest.mark.parametrize("typed", ["", "0571-88888888", "1380000000", "138000000012", "+1 3800000001"])
def test_what_is_no_mobile_is_none(typed: str) -> None:
    assert not is_mobile(plain_number(typed))
