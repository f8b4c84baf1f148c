"""The engine's connections: what a reading prepared is still prepared for the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from tracker.persistence.engine import connect

#: How often the driver sees a statement before it prepares it.
OFTEN = 8
ASKED = text("SELECT * FROM kept WHERE id >= :id")


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[Engine]:
    made = connect(fresh_database_url)
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE kept (id int)"))
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as made:
        yield made


def read_often(connection: Connection) -> None:
    """Ask the same again and again, as pages do, each time in a transaction that is rolled back."""
    for number in range(OFTEN):
        connection.execute(ASKED, {"id": number})
        connection.rollback()


def prepared(connection: Connection) -> list[str]:
    found = list(connection.execute(text("SELECT statement FROM pg_prepared_statements")).scalars())
    connection.rollback()
    return found


def test_a_reading_that_ends_leaves_its_statements_prepared(connection: Connection) -> None:
    read_often(connection)
    assert any("FROM kept" in statement for statement in prepared(connection))


def test_what_was_written_and_rolled_back_is_gone(connection: Connection) -> None:
    connection.execute(text("INSERT INTO kept VALUES (1)"))
    connection.rollback()
    assert connection.execute(ASKED, {"id": 0}).all() == []


def test_a_table_that_changed_below_a_prepared_statement_refuses_it_once(
    engine: Engine, connection: Connection
) -> None:
    read_often(connection)
    with engine.begin() as other:
        other.execute(text("ALTER TABLE kept ADD COLUMN name text"))
    with pytest.raises(DBAPIError, match="cached plan"):
        connection.execute(ASKED, {"id": 0})
    connection.rollback()
    assert list(connection.execute(ASKED, {"id": 0}).keys()) == ["id", "name"]
