"""What looks like a private person's number is found however it is written; what is no such number is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.personal_numbers import PersonalNumber, identity_check, personal_numbers

digits = st.integers(0, 9).map(str)
provinces = st.sampled_from(["11", "31", "44", "52", "65"])


def luhn_digit(first):
    summed = sum(sum(divmod(int(d) * (2 - n % 2), 10)) for n, d in enumerate(reversed(first)))
    return str(-summed % 10)


@st.composite
def identities(draw):
    first = draw(provinces) + "".join(draw(st.lists(digits, min_size=4, max_size=4)))
    first += draw(st.dates()).strftime("%m%d").join(["19" + draw(st.sampled_from(["55", "68", "84", "99"])), ""])
    first += "".join(draw(st.lists(digits, min_size=3, max_size=3)))
    return first.replace("0229", "0228", 1) if first[10:14] == "0229" else first


phones = st.builds("1{}{}".format, st.integers(3, 9), st.integers(0, 10**9 - 1).map("{:09}".format))
cards = st.builds("62{:014}".format, st.integers(0, 10**14 - 1)).map(lambda first: first[:15] + luhn_digit(first[:15]))
around = st.sampled_from([("", ""), ("联系", "，请回电"), ("（", "）"), ("号码:", "\n第二行")])


@given(phones, around)
def test_a_mobile_number_is_found_in_any_dress(number, words):
    before, after = words
    dressed = [number, f"{number[:3]} {number[3:7]} {number[7:]}", f"{number[:3]}-{number[3:7]}-{number[7:]}"]
    dressed += [f"+86 {number}", "".join(chr(ord(d) + 0xFEE0) for d in number), f"{number[:3]}\u200b{number[3:]}"]
    for one in dressed:
        assert PersonalNumber.PHONE in personal_numbers(f"{before}{one}{after}"), one


@given(identities(), around)
def test_an_identity_number_is_found_by_its_check_sign(first, words):
    before, after = words
    good = first + identity_check(first)
    assert PersonalNumber.IDENTITY in personal_numbers(f"{before}{good}{after}")
    assert PersonalNumber.IDENTITY in personal_numbers(f"{before}{good[:6]} {good[6:14]} {good[14:]}{after}")
    assert PersonalNumber.IDENTITY in personal_numbers(f"{before}{good.lower()}{after}")
    wrong = "0" if good[-1] != "0" else "1"
    assert PersonalNumber.IDENTITY not in personal_numbers(f"{before}{first}{wrong}{after}")


@given(cards, around)
def test_a_bank_card_is_found_by_its_check_digit(number, words):
    before, after = words
    grouped = " ".join(number[n : n + 4] for n in range(0, len(number), 4))
    assert PersonalNumber.BANK_CARD in personal_numbers(f"{before}{number}{after}")
    assert PersonalNumber.BANK_CARD in personal_numbers(f"{before}{grouped}{after}")
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert PersonalNumber.BANK_CARD not in personal_numbers(f"{before}{wrong}{after}")


@pytest.mark.parametrize("text", ["电话0663-2221111", "(0663)2221111 转办", "440524680101001 旧证"])
def test_land_lines_and_old_identity_numbers_are_found(text):
    assert personal_numbers(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02至2026-03-20共排查1200户",
        "测督〔2026〕12号、RW-2026-0003",
        "发放资料12345678901份",
        "统一社会信用代码91440101MA59GUPL3B",
        "三组12号 13栋1801房",
        "",
    ],
)
def test_dates_counts_and_references_are_left_alone(text):
    assert personal_numbers(text) == ()


@given(st.text(max_size=200))
def test_whatever_is_typed_is_answered(text):
    assert len(personal_numbers(text)) <= len(PersonalNumber)
