"""Papers as they come out of the printer, measured against GB/T 9704-2012 (DOMAIN.md §2)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.office import Sheet, missing_tools, picture_of, printed, sheets_of
from tests.support.qr import read_codes
from tests.support.specimens import GIVEN, ITEM, MORNING, RED, record, slip
from tracker.documents.word.papers import WordPaperWriter
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.printed_papers import PaperFacts, PaperForm, PaperLayout, PrintedItem, compose_paper
from tracker.domain.ranking import RankedUnit, Ranking

MISSING = missing_tools()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(MISSING), reason=MISSING)]


def render(folder: Path, **changes: Any) -> list[Sheet]:
    paper = compose_paper(PaperFacts(**{**GIVEN, **changes}))
    return sheets_of(printed(WordPaperWriter().word(paper), folder))


def middle(sheet: Sheet, words: str) -> float:
    line = sheet.line(words)
    return (min(word.left for word in line) + max(word.right for word in line)) / 2


def test_a_full_page_has_22_lines_of_28_letters_inside_the_type_area(tmp_path: Path) -> None:
    second = render(tmp_path, kind="circular", items=[], body="字" * 28 * 60)[1]
    lines = [line for line in second.lines() if "字" in line[0].text]
    assert len(lines) == 22
    assert {len("".join(word.text for word in line)) for line in lines} == {28}
    assert all(word.left >= 28 - 0.5 and word.right <= 184 + 0.5 for line in lines for word in line)
    assert lines[0][0].top >= 37 - 1
    assert lines[-1][0].bottom <= 262 + 1


def test_page_numbers_stand_outside_odd_right_even_left_below_the_type_area(tmp_path: Path) -> None:
    pages = render(tmp_path, items=[], body="字" * 28 * 60)
    for number, page in enumerate(pages, start=1):
        line = page.line(f"—{number}—")
        assert line[0].middle == pytest.approx(269, abs=1.5), "the dash 7 mm below the type area"
        if number % 2:
            assert max(word.right for word in line) == pytest.approx(184 - 4.9, abs=1.5)
        else:
            assert min(word.left for word in line) == pytest.approx(28 + 4.9, abs=1.5)


def test_the_head_stands_35_mm_below_the_type_areas_top_and_number_title_recipient_follow(tmp_path: Path) -> None:
    page = render(tmp_path, layout=RED)[0]
    head, number, title = page.line("青禾镇人民政府文件"), page.line("〔2026〕7号"), page.line("督导通知书")
    assert head[0].top == pytest.approx(72, abs=4)
    for words in ("青禾镇人民政府文件", "〔2026〕7号", "督导通知书"):
        assert middle(page, words) == pytest.approx(28 + 78, abs=2), "centred in the type area"
    assert head[0].middle < number[0].middle < title[0].middle
    recipient = page.line("东岭村：")
    assert recipient[0].left == pytest.approx(28, abs=0.7), "flush left"
    assert page.line("在专项行动")[0].left == pytest.approx(28 + 2 * 5.57, abs=1), (
        "two letters in; text on the first page"
    )
    assert red_of(tmp_path)


def test_a_table_of_units_stands_in_an_annex_of_its_own_page_with_its_basis_before_it(tmp_path: Path) -> None:
    units = tuple(RankedUnit(n, f"第{n}村", 4, 4 - n % 3, n % 3) for n in range(1, 40))
    pages = render(tmp_path, kind="circular", ranking=Ranking("《考核办法》第五条", MORNING, (("村", units),)))
    assert "依据《考核办法》第五条编制" in pages[0].text.replace("\n", "")
    assert "附件：各单位任务办理情况表" in pages[0].text
    assert "第39村" in pages[-1].text
    assert all("位次" in page.text for page in pages[1:] if "村" in page.text), "the head comes again on each page"
    assert all(word.left >= 27 and word.right <= 186 for page in pages for word in page.words)


def red_of(folder: Path) -> bool:
    picture = Image.open(picture_of(folder / "paper.pdf")).convert("RGB")
    colours = picture.getcolors(maxcolors=picture.width * picture.height) or []
    return any(red > 180 and green < 90 and blue < 90 for _, (red, green, blue) in colours)


def test_an_office_without_a_head_prints_no_red_at_all(tmp_path: Path) -> None:
    render(tmp_path)
    assert not red_of(tmp_path)


def test_the_day_ends_four_letters_from_the_right_under_the_office_and_never_alone(tmp_path: Path) -> None:
    for filler in range(9, 15):  # however full the page is
        pages = render(tmp_path / str(filler), items=[ITEM] * filler)
        (page,) = [page for page in pages if "青禾镇反诈领导小组办公室2026年3月26日" in page.text]
        day = page.line("2026年3月26日")
        assert max(word.right for word in day) == pytest.approx(184 - 4 * 5.57, abs=4)
        assert middle(page, "青禾镇反诈领导小组办公室") == pytest.approx(middle(page, "2026年3月26日"), abs=2)
        assert "请于签收后" in page.text, "the last words of the body stand on the same page"


def test_the_imprint_closes_the_last_page_at_the_foot_of_the_type_area(tmp_path: Path) -> None:
    last = render(tmp_path, layout=RED)[-1]
    copies, day = last.line("抄送：县督查室，镇纪委。"), last.line("印发")
    assert copies[0].middle < day[0].middle
    assert 250 < day[0].bottom <= 262.5
    assert max(word.right for word in day) == pytest.approx(184 - 4.9, abs=1.5)


def test_a_letter_has_its_number_on_the_right_and_no_page_number_on_its_first_page(tmp_path: Path) -> None:
    layout = PaperLayout("青禾镇人民政府文件", "", (), {"supervision_notice": PaperForm.LETTER})
    first, second = render(tmp_path, layout=layout, items=[ITEM] * 9)[:2]
    head = first.line("青禾镇人民政府")
    assert "文件" not in "".join(word.text for word in head)
    assert head[0].top == pytest.approx(31, abs=4), "30 mm from the paper's top"
    assert max(word.right for word in first.line("〔2026〕7号")) == pytest.approx(184, abs=1.5)
    assert "—1—" not in first.text
    assert "—2—" in second.text
    assert red_of(tmp_path)


def test_two_hundred_items_are_a_real_table_whose_head_comes_again_on_each_page(tmp_path: Path) -> None:
    pages = render(tmp_path, kind="rectification_notice", items=[ITEM] * 200, layout=RED)
    listed = [page for page in pages if "序号" in page.text]
    assert len(listed) > 10
    assert "附件" in listed[0].text
    assert "整改清单" in listed[0].text
    assert all("整改时限" in page.text for page in listed)
    assert pages[-1].text.count("出租房屋排查") or pages[-2].text.count("出租房屋排查")
    assert sum(page.text.count("出租房屋排查") for page in pages) == 200
    assert all(word.right <= 186 for page in pages for word in page.words)


def test_a_unit_and_an_office_of_sixty_letters_break_and_stay_inside(tmp_path: Path) -> None:
    pages = render(tmp_path, recipient="东" * 60, office="署" * 60, title="长" * 90)
    text = "".join(page.text for page in pages)
    # the office signs, and is named in the imprint
    assert (text.count("东"), text.count("署"), text.count("长")) == (60, 120, 90)
    assert all(word.left >= 27 and word.right <= 185 for page in pages for word in page.words)


@pytest.mark.parametrize("kind", sorted(NOTICE_TITLES))
def test_every_paper_prints_issued_and_as_a_draft(tmp_path: Path, kind: str) -> None:
    title = f"反诈专项行动{NOTICE_TITLES[kind]}"
    issued = render(tmp_path / "issued", kind=kind, title=title)
    assert NOTICE_TITLES[kind] in issued[0].text
    assert "〔2026〕7号" in issued[0].text
    draft = render(tmp_path / "draft", kind=kind, title=title, issued_on=None, number="")
    assert all("草稿（未印发，不具效力）" in page.text for page in draft)
    assert "〔2026〕" not in draft[0].text


def test_the_record_of_an_interview_is_a_sheet_with_places_to_sign(tmp_path: Path) -> None:
    paper = record()
    (page,) = sheets_of(printed(WordPaperWriter().word(paper), tmp_path))
    assert page.line("约谈方签字")[0].middle > page.line("人手不足")[0].middle
    agreed = [PrintedItem("建立周报制度", "每周五报送", "村主任", date(2026, 4, 30))]
    paper = record(statement="人手不足。", agreed=agreed)
    (page,) = sheets_of(printed(WordPaperWriter().word(paper), tmp_path))
    row = "".join(word.text for word in sorted(page.line("建立周报制度"), key=lambda word: word.left))
    assert row.endswith("村主任2026年4月30日")
    assert page.line("商定整改事项")[0].middle < page.line("建立周报制度")[0].middle < page.line("约谈方签字")[0].middle


def test_a_receipt_slip_is_one_page_with_its_code_to_scan_and_to_type(tmp_path: Path) -> None:
    (page,) = sheets_of(printed(WordPaperWriter().word(slip("东" * 60)), tmp_path))
    assert "ABCD-EFGH-JKMN-PQRS-TUVW" in page.text
    assert all(word.left >= 27 and word.right <= 186 for word in page.words)
    assert read_codes(Image.open(picture_of(tmp_path / "paper.pdf", dots=150))) == [
        "https://dudao.example.gov.cn/slip#ABCDEFGHJKMNPQRSTUVW"
    ], "a machine reads what was printed"
    picture = Image.open(picture_of(tmp_path / "paper.pdf", dots=100)).convert("L")
    left, right = (round(mm / 25.4 * 100) for mm in (28 + 26 + 4, 28 + 26 + 46))
    rows = [[picture.getpixel((x, y)) < 128 for x in range(left, right)] for y in range(picture.height)]  # type: ignore[operator]
    assert sum(0.3 < sum(row) / len(row) < 0.8 for row in rows) > 100, "the code is drawn, some 36 mm high"
