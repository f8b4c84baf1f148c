"""Files written in the background, forgotten while somebody writes them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tests.support.kept import standing_world
from tests.support.racing import held, until_blocked
from tests.support.world import World, small_campaign
from tests.web.site import MEASURES
from tracker.persistence.models import LedgerExport

#: What the writer of a file does last, in one transaction.
FINISHING = "UPDATE ledger_export SET state = 'done' WHERE id = %s"
PIECE = "INSERT INTO ledger_export_chunk (export_id, position, content) VALUES (%s, 0, 'x')"


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES))


def asked_for(world: World) -> int:
    real = world.clock.real_now()
    export = LedgerExport(
        ref="TZ-2026-0001", person_id=world.person_ids["sup1"], ledger="tasks", filters={}, remarks=[], sort="", total=1,
        created_at=real, touched_at=real, expires_at=real + timedelta(days=1), state="running", written=0, tries=1, size=0,
    )  # fmt: skip
    with world.container.uows() as uow:
        export_id = uow.ledger_exports.add(export).id
        uow.commit()
    return export_id


def left(world: World) -> tuple[int, int]:
    return world.value("SELECT count(*) FROM ledger_export"), world.value("SELECT count(*) FROM ledger_export_chunk")


def test_a_file_taken_back_while_its_last_piece_is_written_is_forgotten_with_it(world: World) -> None:
    export_id = asked_for(world)

    def take_back() -> None:
        world.container.background_files.take_back(world.viewer("sup1"), "TZ-2026-0001")

    with ThreadPoolExecutor(1) as pool, held(world.database_url, FINISHING, export_id) as writer:
        writer.execute(PIECE, (export_id,))
        taken_back = pool.submit(take_back)
        until_blocked(world.database_url, writer)
        writer.commit()
        taken_back.result(10)
    assert left(world) == (0, 0)


def test_an_expired_file_that_is_still_being_written_is_forgotten_the_next_time(world: World) -> None:
    export_id = asked_for(world)
    world.clock.real += timedelta(days=2)
    with held(world.database_url, FINISHING, export_id) as writer:
        writer.execute(PIECE, (export_id,))
        assert world.container.background_files.take_up_again() == 0
        writer.commit()
    assert world.container.background_files.take_up_again() == 1
    assert left(world) == (0, 0)
