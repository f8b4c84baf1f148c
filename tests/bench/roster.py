"""Importing a county from a workbook: the whole way from the file's bytes to the commit, beside plain SQL.

The floor writes the same rows (units, names, people, posts, their streams and events) from arrays that are ready, on a
twin of the same empty database: no file, no comparison, no hash, no encryption.
"""

from __future__ import annotations

from tests.bench.county import connected, seconds, twin
from tests.bench.figures import Figure
from tests.support.rosters import a_county, as_workbook
from tests.support.servers import cloned_database
from tests.support.world import World, morning
from tracker.cli.embedded import RunningServers
from tracker.services.rosters import GivenFile

FIRST_DAY = "2026-03-02"

FLOOR = (
    """INSERT INTO unit (id, key, kind, level, created_at)
       SELECT n, 'u' || n, 'village', 'member', now() FROM generate_series(1, %(units)s::int) n""",
    """INSERT INTO unit_name (unit_id, name, short_name, parent_id, position, valid_from, bigrams)
       SELECT n, '第' || n || '村', '第' || n || '村', NULLIF(1 + (n - 1) / 50, n), n, current_date, ARRAY['第' || n, n || '村']
       FROM generate_series(1, %(units)s::int) n""",
    """INSERT INTO unit_alias (unit_id, alias) SELECT n, n || '号村' FROM generate_series(1, %(units)s::int) n""",
    """INSERT INTO person (id, name, phone_cipher, email_cipher, created_at)
       SELECT n, '人' || n, decode(repeat('ab', 40), 'hex'), decode(repeat('ab', 47), 'hex'), now()
       FROM generate_series(1, %(people)s::int) n""",
    """INSERT INTO post (person_id, unit_id, role, title, starts_on)
       SELECT n, 1 + n %% %(units)s::int, 'liaison', '', current_date FROM generate_series(1, %(people)s::int) n""",
    """INSERT INTO stream (id, kind, subject_id, seq, head, sealed_seq)
       SELECT 1000 + n, CASE WHEN n <= %(units)s::int THEN 'unit' ELSE 'person' END, n, 1, decode(repeat('ab', 32), 'hex'), 0
       FROM generate_series(1, %(units)s::int + %(people)s::int) n""",
    """INSERT INTO event (stream_id, seq, at, kind, payload, commitment, previous, hash)
       SELECT 1001 + n %% (%(units)s::int + %(people)s::int), 1 + n / (%(units)s::int + %(people)s::int), now(), 'x',
           jsonb_build_object('key', n, 'name', '第' || n || '村', 'parent', 1, 'position', n, 'kind', 'village'),
           decode(repeat('ab', 32), 'hex'), decode(repeat('ab', 32), 'hex'), decode(repeat('ab', 32), 'hex')
       FROM generate_series(0, %(units)s::int + 2 * %(people)s::int - 1) n""",
    """INSERT INTO event_personal (event_id, salt, fields)
       SELECT id, decode(repeat('ab', 16), 'hex'), jsonb_build_object('name', '人' || id) FROM event
       WHERE kind = 'x' ORDER BY id LIMIT %(people)s::int""",
)  # fmt: skip


def measure(servers: RunningServers, *, units: int, people: int) -> list[Figure]:
    """Import a county of this size once, and the same workbook again."""
    rows, posts = a_county(units, people)
    files = [GivenFile("county.xlsx", as_workbook(rows, posts))]
    with cloned_database(servers.database_url, "bench") as url:
        with World(url, start=morning(FIRST_DAY)):
            pass
        with twin(url) as bare, connected(bare) as connection:
            connection.execute("BEGIN")
            floor = seconds(
                lambda: (
                    [connection.execute(one, {"units": units, "people": people}) for one in FLOOR]
                    + [connection.execute("COMMIT")]
                )
            )
        with World(url, start=morning(FIRST_DAY)) as world:
            before = world.value("SELECT count(*) FROM event")
            first = seconds(lambda: world.container.rosters.import_now(files, whole=False))
            written = {
                name: world.value(f"SELECT count(*) FROM {name}") for name in ("unit", "unit_name", "person", "post")
            }
            events = world.value("SELECT count(*) FROM event")
            again = seconds(lambda: world.container.rosters.import_now(files, whole=False))
            assert written == {"unit": units, "unit_name": units, "person": people, "post": people}
            assert events == world.value("SELECT count(*) FROM event")
            assert events - before == units + 2 * people + 1
    many = units + people
    return [
        Figure("roster_imported", many, first, "s", f"{units} units and {people} people, file to commit", floor),
        Figure("roster_unchanged", many, again, "s", "the same workbook again: read, compared, nothing written"),
    ]
