"""People of a file held against those that the database has."""

from datetime import date

import pytest

from tests.support.rosters import people_sheet, units_sheet
from tracker.domain.roster import cells
from tracker.domain.roster.changes import PostAct
from tracker.domain.roster.comparing import Comparison, compare
from tracker.domain.roster.present import County, Importer, PresentPerson, PresentPost, PresentUnit
from tracker.domain.roster.reading import read_roster
from tracker.domain.sheets import Sheet
from tracker.domain.values import Role

TODAY = date(2026, 3, 2)
OPERATOR = Importer()
EAST = PresentUnit(2, "east", "village", "member", "东村", "东村", None, 2)
WEST = PresentUnit(3, "west", "village", "member", "西村", "西村", None, 3)
ZHANG = PresentPerson(10, "张三", "13800000001", "a@example.invalid", ("zhangsan",))
LI = PresentPerson(11, "李四", "13800000002")
POSTS = (
    PresentPost(100, 10, "east", Role.LIAISON, "文书", None, date(2026, 1, 1)),
    PresentPost(101, 11, "west", Role.HEAD, "", None, date(2026, 1, 1)),
)


def compared(*sheets: Sheet, whole: bool = False, importer: Importer = OPERATOR, **more: object) -> Comparison:
    given: dict[str, object] = {"posts": POSTS, "people": {10: ZHANG, 11: LI}, "campaigns": {"XD-2026-0001": 5}, **more}
    at = County(TODAY, {"east": EAST, "west": WEST}, importer=importer, **given)  # type: ignore[arg-type]
    file, problems = read_roster(sheets)
    return compare(at, file, problems, whole=whole)


def row(name: str, unit: str, role: str, **cell: str) -> tuple[str, ...]:
    fields = ("title", "phone", "email", "login", "starts_on", "ends_on", "campaign")
    return (name, unit, role, *(cell.get(field, "") for field in fields))


def test_a_known_person_is_known_by_login_by_phone_or_by_name_at_a_unit() -> None:
    for known in (
        row("张三", "west", "联络员", login="zhangsan", phone="13800000001"),
        row("张三", "west", "联络员", phone="138 0000 0001"),
        row("张三", "east", "单位负责人"),
    ):
        found = compared(people_sheet(known))
        assert found.errors == (), known
        assert [one.person_id for one in found.changes.posts] == [10]
        assert [one for one in found.changes.people if one.is_new] == []


def test_another_phone_at_the_same_unit_is_the_same_person_reached_elsewhere() -> None:
    found = compared(people_sheet(row("张三", "east", "联络员", phone="+86 139-0000-0009")))
    (change,) = found.changes.people
    assert (change.person_id, change.phone, change.email) == (10, "13900000009", None)
    assert found.changes.posts == ()


def test_two_of_one_name_at_one_unit_with_two_phones_are_two_persons() -> None:
    found = compared(
        people_sheet(
            row("王五", "east", "联络员", phone="13900000001"), row("王五", "east", "单位负责人", phone="13900000002")
        )
    )
    assert [one.phone for one in found.changes.people] == ["13900000001", "13900000002"]


def test_rows_of_one_person_are_gathered() -> None:
    found = compared(
        people_sheet(
            row("王五", "east", "联络员", phone="13900000001"), row("王五", "west", "联络员", phone="13900000001")
        )
    )
    assert len(found.changes.people) == 1
    assert {(one.index, one.unit_key) for one in found.changes.posts} == {(0, "east"), (0, "west")}


def test_two_present_people_of_one_name_at_a_unit_cannot_be_told_apart() -> None:
    twin = PresentPerson(12, "张三")
    posts = (*POSTS, PresentPost(102, 12, "east", Role.HEAD, "", None, date(2026, 1, 1)))
    found = compared(people_sheet(row("张三", "east", "联络员")), people={10: ZHANG, 12: twin}, posts=posts)
    assert "有2位“张三”，分不清" in found.errors[0].sentence


def test_what_is_already_so_changes_nothing() -> None:
    found = compared(
        people_sheet(row("张三", "east", "联络员", phone="13800000001", title="文书", starts_on="2026-01-01"))
    )
    assert not found.changes
    assert found.changes.unchanged_posts == 1


def test_a_post_begins_changes_and_ends() -> None:
    found = compared(
        people_sheet(
            row("张三", "east", "联络员", title="会计", phone="13800000001"),
            row("李四", "west", "负责人", ends_on="2026年3月31日", phone="13800000002"),
            row("张三", "west", "联络员", starts_on="2026/4/1", phone="13800000001", campaign="XD-2026-0001"),
        )
    )
    assert found.errors == ()
    assert [(one.act, one.post_id, one.campaign_id) for one in found.changes.posts] == [
        (PostAct.CHANGED, 100, None), (PostAct.BEGUN, None, 5), (PostAct.ENDED, 101, None),
    ]  # fmt: skip


def test_a_post_that_ended_begins_anew_when_the_file_still_names_it() -> None:
    over = (PresentPost(100, 10, "east", Role.LIAISON, "", None, date(2025, 1, 1), date(2025, 12, 31)),)
    found = compared(people_sheet(row("张三", "east", "联络员", login="zhangsan")), posts=over)
    (change,) = found.changes.posts
    assert (change.act, change.starts_on) == (PostAct.BEGUN, TODAY)


def test_what_the_file_does_not_name_is_left_alone_unless_it_is_everything() -> None:
    only = people_sheet(row("张三", "east", "联络员", phone="13800000001"))
    assert compared(only).changes.posts == ()
    (ended,) = compared(only, whole=True).changes.posts
    assert (ended.act, ended.post_id, ended.ends_on) == (PostAct.ENDED, 101, date(2026, 3, 1))
    assert compared(units_sheet(("east", "东村", "", "", "", "", "", "")), whole=True).changes.posts == ()


def test_a_file_of_everything_never_ends_administrators_nor_the_importers_own_post() -> None:
    posts = (
        PresentPost(100, 10, "east", Role.OFFICE, "", None, date(2026, 1, 1)),
        PresentPost(101, 11, "west", Role.SECURITY_ADMIN, "", None, date(2026, 1, 1)),
    )
    importer = Importer(frozenset({"east", "west"}), 10)
    found = compared(people_sheet(row("王五", "east", "联络员")), whole=True, posts=posts, importer=importer)
    assert [one.act for one in found.changes.posts] == [PostAct.BEGUN]


@pytest.mark.parametrize(
    ("bad", "column", "words"),
    [
        (row("王五", "nowhere", "联络员"), "单位编码", "没有编码为“nowhere”的单位"),
        (row("王五", "东村", "联络员"), "单位编码", "“东村”的编码是 east"),
        (row("王五", "east", "联洛员"), "岗位", "是不是“联络员”？"),
        (row("王五", "east", "联络员", starts_on="2026-03-01", ends_on="2026-02-01"), "止", "早于开始的2026-03-01"),
        (row("王五", "east", "联络员", starts_on="2026-04-31"), "起", "没有“2026-04-31”这一天"),
        (row("王五", "east", "联络员", ends_on="2026-02-01"), "起", "请填上开始日期"),
        (row("王五", "east", "联络员", phone="010-12345678"), "手机", "11 位数字"),
        (row("王五", "east", "联络员", email="who@where"), "邮箱", "邮箱地址写得不对"),
        (row("王五", "east", "联络员", campaign="没有的"), "专项行动", "没有“没有的”这个专项行动"),
        (row("王五", "east", "联络员", login="zhangsan"), "登录名", "在系统里是“张三”"),
        (row("", "east", "联络员"), "姓名", "没有填写姓名"),
    ],
)  # fmt: skip
def test_each_wrong_cell_is_named_with_what_to_do(bad: tuple[str, ...], column: str, words: str) -> None:
    (problem,) = compared(people_sheet(bad)).errors
    assert (problem.row, problem.column) == (2, column)
    assert words in problem.sentence


def test_a_person_without_a_phone_is_imported_and_said() -> None:
    found = compared(people_sheet(row("王五", "east", "联络员", email="w@example.invalid")))
    assert found.errors == ()
    assert found.without_phone == 1
    assert "会照样导入" in found.warnings[0].sentence


def test_administrators_posts_exclude_each_other_and_business() -> None:
    found = compared(people_sheet(row("王五", "east", "系统管理员"), row("王五", "east", "安全管理员")))
    assert "必须由不同的人担任" in found.errors[0].sentence
    found = compared(people_sheet(row("张三", "east", "审计管理员", login="zhangsan")))
    assert "管理员不能兼任业务岗位" in found.errors[0].sentence


def test_posts_one_after_the_other_do_not_clash() -> None:
    found = compared(
        people_sheet(
            row("王五", "east", "系统管理员", starts_on="2026-01-01", ends_on="2026-05-31"),
            row("王五", "east", "联络员", starts_on="2026-06-01"),
        )
    )
    assert found.errors == ()


def test_an_office_sets_no_administrators_and_nothing_of_its_own_or_outside() -> None:
    importer = Importer(frozenset({"east"}), 10)
    found = compared(
        people_sheet(
            row("王五", "east", "安全管理员"), row("王六", "west", "联络员"),
            row("张三", "east", "督导员", phone="13800000001"),
            row("李四", "east", "联络员", phone="13800000002", email="new@example.invalid"),
        ),
        importer=importer,
    )  # fmt: skip
    assert [(one.row, one.column) for one in found.errors] == [(2, "岗位"), (3, "单位编码"), (4, "岗位"), (5, "手机")]


@pytest.mark.parametrize(
    "typed", ["+86 138 0000 0001", "0086-138-0000-0001", "８６１３８０００００００１", "138-0000-0001"]
)
def test_phones_are_read_as_people_write_them(typed: str) -> None:
    assert cells.read_phone(typed) == "13800000001"


def test_a_masked_phone_of_an_export_means_no_change() -> None:
    found = compared(people_sheet(row("张三", "east", "联络员", phone="138****0001")))
    assert not found.changes


def test_somebody_who_has_left_is_not_taken_back_without_a_word() -> None:
    found = compared(people_sheet(row("钱七", "east", "联络员")), left={("钱七", "east"): date(2026, 2, 1)})
    assert any("已于2026-02-01登记离任" in one.sentence for one in found.warnings)
    assert [one.name for one in found.changes.people] == ["钱七"]
