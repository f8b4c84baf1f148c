"""Importing units and people: nothing or everything, and exactly what was shown."""

from datetime import timedelta

import pytest

from tests.support.kept import standing_world
from tests.support.rosters import PEOPLE_HEAD, UNIT_HEAD, a_county, as_csv, as_workbook
from tests.support.world import World, morning, small_campaign
from tests.web.site import MEASURES, MORE_PEOPLE
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.services.rosters import GivenFile

NEW_UNITS = [("n1", "北一村", "北一村", "北庄、老北村", "村", "town", "30", "")]
NEW_PEOPLE = [("王五", "n1", "联络员", "文书", "+86 139 0000 0001", "", "", "2026-03-01", "", "")]


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES).replace("\nmeasures:", f"{MORE_PEOPLE}measures:", 1))


def book(units: object = NEW_UNITS, people: object = NEW_PEOPLE, sets: object = ()) -> list[GivenFile]:
    return [GivenFile("名册.xlsx", as_workbook(units, people, sets))]  # type: ignore[arg-type]


def counted(world: World) -> dict[str, int]:
    return {
        name: world.value(f"SELECT count(*) FROM {name}") for name in ("unit", "unit_name", "person", "post", "event")
    }


def test_a_preview_changes_nothing_and_its_import_writes_what_it_showed(world: World) -> None:
    office, rosters = world.viewer("office1"), world.container.rosters
    before = counted(world)
    preview = rosters.preview(office, book(sets=[("北片", "n1、east")]), whole=False)
    assert preview.comparison.errors == ()
    assert counted(world) == before
    assert preview.ref is not None
    rosters.apply(office, preview.ref)
    (row,) = world.rows(
        "SELECT n.name, n.short_name, p.key AS parent, n.position, n.valid_from, n.bigrams FROM unit u"
        " JOIN unit_name n ON n.unit_id = u.id JOIN unit p ON p.id = n.parent_id WHERE u.key = 'n1'"
    )
    assert (row["name"], row["parent"], row["position"], row["valid_from"]) == ("北一村", "town", 30, world.today)
    assert row["bigrams"] == ["一村", "北一"]
    assert [r["alias"] for r in world.rows("SELECT alias FROM unit_alias ORDER BY alias")] == ["北庄", "老北村"]
    assert (
        world.value(
            "SELECT count(*) FROM unit_set_member m JOIN unit_set s ON s.id = m.unit_set_id WHERE s.name = '北片'"
        )
        == 2
    )
    (post,) = world.rows(
        "SELECT p.*, h.phone_cipher FROM post p JOIN person h ON h.id = p.person_id WHERE h.name = '王五'"
    )
    assert (post["role"], post["title"], str(post["starts_on"])) == ("liaison", "文书", "2026-03-01")
    assert world.container.cipher.decrypt(bytes(post["phone_cipher"])) == "13900000001"


def test_every_change_is_an_event_of_who_did_it_and_names_stand_apart(world: World) -> None:
    office = world.viewer("office1")
    ref = world.container.rosters.preview(office, book(), whole=False).ref
    world.container.rosters.apply(office, ref or "")
    found = world.rows(
        "SELECT s.kind AS stream, e.kind, e.person_id, e.post_id, e.payload::text AS payload, x.fields FROM event e"
        " JOIN stream s ON s.id = e.stream_id LEFT JOIN event_personal x ON x.event_id = e.id"
        " WHERE e.person_id = :who ORDER BY e.id", who=office.person_id,
    )  # fmt: skip
    assert [(r["stream"], r["kind"]) for r in found] == [
        ("unit", "unit.created"), ("person", "person.added"), ("person", "post.given"), ("settings", "roster.imported"),
    ]  # fmt: skip
    assert all(r["post_id"] for r in found)
    assert not any("王五" in r["payload"] or "139" in r["payload"] for r in found)
    assert found[1]["fields"] == {"name": "王五"}


def test_importing_the_same_file_twice_changes_nothing(world: World) -> None:
    world.container.rosters.import_now(book(), whole=False)
    before = counted(world)
    preview = world.container.rosters.preview(world.viewer("office1"), book(), whole=False)
    assert (preview.ref, bool(preview.comparison.changes), preview.comparison.problems) == (None, False, ())
    world.container.rosters.import_now(book(), whole=False)
    assert counted(world) == before


def test_one_wrong_row_and_nothing_is_imported(world: World) -> None:
    before = counted(world)
    people = [*NEW_PEOPLE, ("赵六", "nowhere", "联络员", "", "", "", "", "", "", "")]
    with pytest.raises(InvalidInput) as refused:
        world.container.rosters.import_now(book(people=people), whole=False)
    assert "“人员”第3行“单位编码”（B列）：没有编码为“nowhere”的单位" in refused.value.sentence
    preview = world.container.rosters.preview(world.viewer("office1"), book(people=people), whole=False)
    assert preview.ref is None
    assert counted(world) == before
    assert world.value("SELECT count(*) FROM roster_import") == 0


def test_two_csv_files_do_as_well_as_one_workbook(world: World) -> None:
    files = [
        GivenFile("单位.csv", as_csv(UNIT_HEAD, NEW_UNITS, "gb18030")),
        GivenFile("人员.csv", as_csv(PEOPLE_HEAD, NEW_PEOPLE)),
    ]
    imported = world.container.rosters.import_now(files, whole=False)
    assert (len(imported.changes.units), len(imported.changes.people)) == (1, 1)


def test_a_preview_that_somebody_overtook_is_refused_and_then_shown_anew(world: World) -> None:
    office, rosters = world.viewer("office1"), world.container.rosters
    ref = rosters.preview(office, book(), whole=False).ref or ""
    rosters.import_now(book(people=[]), whole=False)
    with pytest.raises(StaleVersion):
        rosters.apply(office, ref)
    assert world.value("SELECT count(*) FROM person WHERE name = '王五'") == 0
    assert [one.name for one in rosters.show(office, ref).comparison.changes.people] == ["王五"]
    rosters.apply(office, ref)
    assert world.value("SELECT count(*) FROM person WHERE name = '王五'") == 1


def test_a_change_elsewhere_does_not_disturb_a_preview(world: World) -> None:
    office, rosters = world.viewer("office1"), world.container.rosters
    ref = rosters.preview(office, book(), whole=False).ref or ""
    rosters.import_now(book(units=[("s1", "南村", "", "", "村", "town", "31", "")], people=[]), whole=False)
    rosters.apply(office, ref)
    assert world.value("SELECT count(*) FROM unit WHERE key IN ('n1', 's1')") == 2


def test_a_kept_file_is_its_persons_own_encrypted_expires_and_goes_once_imported(world: World) -> None:
    office, rosters = world.viewer("office1"), world.container.rosters
    ref = rosters.preview(office, book(), whole=False).ref or ""
    assert b"\xe7\x8e\x8b" not in bytes(world.value("SELECT content_cipher FROM roster_import"))
    for stranger in ("sup1", "boss", "clerk-east", "system", "security"):
        with pytest.raises(NotFound):
            rosters.apply(world.viewer(stranger), ref)
        with pytest.raises(NotFound):
            rosters.preview(world.viewer(stranger), book(), whole=False)
    world.clock.set(world.clock.now() + timedelta(hours=3))
    with pytest.raises(NotFound, match="过期"):
        rosters.apply(office, ref)
    assert rosters.forget_expired() == 1
    again = rosters.preview(office, book(), whole=False).ref or ""
    rosters.apply(office, again)
    assert world.value("SELECT count(*) FROM roster_import") == 0
    with pytest.raises(NotFound):
        rosters.apply(office, again)


def test_a_rename_closes_the_old_name_and_one_of_the_same_day_is_written_over(world: World) -> None:
    renamed = [("east", "东岭村", "东岭村", "", "", "", "", "")]
    world.container.rosters.import_now(book(renamed, []), whole=False)
    east = "SELECT n.name, n.valid_from, n.valid_to FROM unit_name n JOIN unit u ON u.id = n.unit_id WHERE u.key = 'east' ORDER BY n.id"
    assert [r["name"] for r in world.rows(east)] == ["东岭村"]
    world.clock.set(morning("2026-03-10"))
    world.container.rosters.import_now(book([("east", "东新村", "东新村", "", "", "", "", "")], []), whole=False)
    assert [(r["name"], str(r["valid_from"]), str(r["valid_to"])) for r in world.rows(east)] == [
        ("东岭村", "2026-03-02", "2026-03-10"), ("东新村", "2026-03-10", "None"),
    ]  # fmt: skip
    fields = world.value(
        "SELECT payload->'fields'->'name' FROM event WHERE kind = 'unit.changed' ORDER BY id DESC LIMIT 1"
    )
    assert fields == {"from": "东岭村", "to": "东新村"}


def test_people_without_a_phone_are_one_item_with_its_count_until_none_is_left(world: World) -> None:
    people = [
        ("王五", "east", "联络员", "", "", "", "", "", "", ""),
        ("赵六", "east", "单位负责人", "", "", "", "", "", "", ""),
    ]
    assert world.container.rosters.import_now(book([], people), whole=False).without_phone == 2
    (incident,) = world.rows("SELECT sentence FROM incident WHERE kind = 'no_phone' AND resolved_at IS NULL")
    assert "名在岗人员没有手机号" in incident["sentence"]


def test_a_file_of_everything_ends_the_posts_that_it_does_not_name(world: World) -> None:
    people = [("clerk-east", "east", "联络员", "", "", "", "", "", "", "")]
    office = world.viewer("office1")
    preview = world.container.rosters.preview(office, book([], people), whole=True)
    world.container.rosters.apply(office, preview.ref or "")
    held = "SELECT h.name FROM post p JOIN person h ON h.id = p.person_id WHERE p.ends_on IS NULL ORDER BY 1"
    assert [r["name"] for r in world.rows(held)] == ["audit", "clerk-east", "office1", "security", "system"]
    assert world.value("SELECT count(*) FROM unit WHERE ended_on IS NOT NULL") == 0


def test_the_chains_stay_whole_after_an_import_of_many(world: World) -> None:
    units, people = a_county(120, 200)
    world.container.rosters.import_now(book(units, people), whole=False)
    assert world.container.ledger.verify().faults == ()
