"""Ledgers as workbooks: what the screen shows, printable, in the name of who took it; long ones in the background."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import text

from tests.web.conftest import Site
from tests.web.papers import report_problems
from tracker.domain.ledger_columns import KINDS, file_heads
from tracker.services.background_files import MOST_TRIES, STANDS_STILL
from tracker.services.ledger_files import Wanted

PROGRAM = "=cmd|'/C calc'!A0"


def book(site: Site, who: str, path: str) -> Worksheet:
    answer = site.browser(who).post(path)
    assert answer.status_code == 200, answer.text[:300]
    return load_workbook(io.BytesIO(answer.data)).active


def texts(sheet: Worksheet) -> list[list[str]]:
    return [[str(cell.value or "") for cell in row] for row in sheet.iter_rows(min_row=4)]


def test_every_ledger_has_a_heading_a_head_that_stays_and_comes_again_and_filters(late: Site) -> None:
    for kind, shown in KINDS.items():
        sheet = book(late, "sup1", f"/ledger/{kind}.xlsx")
        heads = file_heads(kind)
        last = sheet.cell(3, len(heads)).column_letter
        assert sheet["A1"].value == shown.title
        assert {str(one) for one in sheet.merged_cells.ranges} >= {f"A1:{last}1"}
        assert tuple(cell.value for cell in sheet[3]) == heads
        assert heads[: len(shown.columns) + 2] == ("序号", "编号", *(title for _, title in shown.columns))
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("C4", "$3:$3")
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert int(sheet.page_setup.paperSize) in (8, 9)
        assert sheet.auto_filter.ref.startswith("A3:")
        assert "sup1" in sheet.oddFooter.left.text
        assert "sup1" in sheet["A2"].value


def test_it_holds_the_rows_of_the_screen_and_says_how_they_were_narrowed(late: Site) -> None:
    path = "/ledger/tasks.xlsx?unit=east&light=late"
    sheet = book(late, "sup1", path)
    rows = [row for row in texts(sheet) if row[0].isdigit()]
    page = late.browser("sup1").get(path.replace(".xlsx", "")).text
    assert len(rows) == int(re.findall(r"共 <strong>(\d+)</strong>", page)[0]) > 0
    assert {row[5] for row in rows} == {"east村"}
    assert "单位（含下级）：east村；灯：逾期" in sheet["A2"].value
    assert all(sheet.cell(4, column).border.left.style for column in range(1, len(KINDS["tasks"].columns) + 3))


def test_a_units_ledger_holds_its_own_rows_only_and_findings_are_the_offices(late: Site) -> None:
    rows = [row for row in texts(book(late, "clerk-east", "/ledger/tasks.xlsx")) if row[0].isdigit()]
    assert {row[5] for row in rows} == {"east村"}
    assert late.browser("clerk-east").post("/ledger/findings.xlsx").status_code == 404


def test_a_name_that_begins_like_a_formula_stays_a_name(late: Site) -> None:
    with late.world.container.uows() as uow:
        uow.session.execute(text("UPDATE unit_name SET name = :name WHERE name = 'east村'"), {"name": PROGRAM})
        uow.commit()
    answer = late.browser("sup1").post("/ledger/tasks.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == PROGRAM]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        assert b"<f>" not in b"".join(package.read(name) for name in package.namelist())


def test_problems_and_their_sign_off_stand_in_the_rectification_ledger(site: Site) -> None:
    report_problems(site, "east", ("甲处",))
    (row,) = [row for row in texts(book(site, "sup1", "/ledger/rectification.xlsx")) if row[0] == "1"]
    assert "甲处" in row[2]


def test_the_export_is_in_the_record_with_its_filters(late: Site) -> None:
    book(late, "sup1", "/ledger/tasks.xlsx?unit=east")
    (event,) = late.world.rows("SELECT payload FROM event WHERE kind = 'ledger.exported'")
    assert event["payload"]["filters"] == {"unit": "east"}


# -- in the background


def ask(site: Site, who: str = "sup1") -> str:
    return site.world.container.ledger_files.ask(
        site.world.viewer(who), Wanted("tasks", {"unit": "east"}, "oldest", ("筛选：east。",)), rows=2
    )


def run_jobs(site: Site) -> None:
    for queue, job, args in site.world.queue.rung:
        if queue == "documents":
            assert job == "tracker.jobs.documents.write_file"
            site.world.container.background_files.write(int(args[0]))


def test_a_long_ledger_is_written_in_the_background_with_a_bar_and_fetched_by_its_owner_alone(late: Site) -> None:
    ref, browser = ask(late), late.browser("sup1")
    waiting = browser.get(f"/exports/{ref}").text
    assert '<progress id="written"' in waiting
    assert browser.get(f"/exports/{ref}/file").status_code == 404
    run_jobs(late)
    assert f'href="/exports/{ref}/file"' in browser.get(f"/exports/{ref}").text
    answer = browser.get(f"/exports/{ref}/file")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert {row[5] for row in texts(sheet) if row[0].isdigit()} == {"east村"}
    assert "筛选：east。" in sheet["A2"].value
    for path in (f"/exports/{ref}", f"/exports/{ref}/file"):
        assert late.browser("sup2").get(path).status_code == 404


def test_asking_twice_makes_one_file_and_writing_twice_one_too(late: Site) -> None:
    assert ask(late) == ask(late)
    run_jobs(late)
    run_jobs(late)
    (export,) = late.world.rows("SELECT state, tries FROM ledger_export")
    assert (export["state"], export["tries"]) == ("done", 1)


def test_a_file_whose_worker_died_is_taken_up_again_and_given_up_in_the_end(late: Site) -> None:
    ask(late)
    world, files = late.world, late.world.container.background_files
    export_id = world.value("SELECT id FROM ledger_export")
    for _ in range(MOST_TRIES):
        with world.container.uows() as uow:  # a worker claims it and is killed
            now = world.clock.real_now()
            assert uow.ledger_exports.claim(export_id, now=now, stale=now - STANDS_STILL)
            uow.commit()
        world.queue.rung.clear()
        files.take_up_again()
        assert world.queue.rung == [], "it may still be at work"
        world.clock.real += STANDS_STILL + timedelta(seconds=1)
        files.take_up_again()
        assert [args for _, _, args in world.queue.rung] == [(export_id,)]
    files.write(export_id)
    assert world.value("SELECT state FROM ledger_export") == "failed"
    assert "已停止" in late.browser("sup1").get(f"/exports/{ask_ref(late)}").text


def ask_ref(site: Site) -> str:
    ref: str = site.world.value("SELECT ref FROM ledger_export")
    return ref


def test_what_nobody_fetched_is_forgotten(late: Site) -> None:
    ask(late)
    run_jobs(late)
    late.world.clock.real += timedelta(days=4)
    assert late.world.container.background_files.take_up_again() == 1
    assert late.world.value("SELECT count(*) FROM ledger_export_chunk") == 0


def test_rights_that_ended_meanwhile_are_not_used(late: Site) -> None:
    ask(late, "clerk-east")
    with late.world.container.uows() as uow:
        uow.session.execute(text("UPDATE post SET ends_on = '2026-03-24' WHERE role = 'liaison'"))
        uow.commit()
    run_jobs(late)
    files, viewer = late.world.container.background_files, late.world.viewer("clerk-east")
    sheet = load_workbook(io.BytesIO(b"".join(files.open(viewer, ask_ref(late))))).active
    assert [row for row in texts(sheet) if row[0].isdigit()] == []
