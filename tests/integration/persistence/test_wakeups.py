"""Being woken by the database, also after the connection broke."""

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from tests.support.servers import plain_url
from tracker.persistence.wakeups import CHANNEL, Wakeups, server_version


@pytest.fixture
def wakeups(fresh_database_url: str) -> Iterator[Wakeups]:
    made = Wakeups(fresh_database_url)
    assert made.wait(5), "coming to the database counts as being woken"
    yield made
    made.close()


def execute(url: str, statement: str) -> None:
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        connection.execute(statement)


def test_a_notification_wakes(wakeups: Wakeups, fresh_database_url: str) -> None:
    began = time.monotonic()
    waiter = threading.Timer(0.1, execute, (fresh_database_url, f"NOTIFY {CHANNEL}"))
    waiter.start()
    assert wakeups.wait(30)
    waiter.join()
    assert time.monotonic() - began < 10


def test_without_one_it_waits_no_longer_than_asked(wakeups: Wakeups) -> None:
    assert not wakeups.wait(0.05)


def test_an_interruption_wakes_even_when_it_came_before(wakeups: Wakeups) -> None:
    wakeups.interrupt()
    assert wakeups.wait(30)
    assert not wakeups.wait(0.05)


def test_a_broken_connection_is_opened_again_and_hears_the_next_notification(
    wakeups: Wakeups, fresh_database_url: str
) -> None:
    execute(
        fresh_database_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'tracker-wakeups' AND datname = current_database()",
    )
    assert wakeups.wait(30)
    while wakeups.wait(0.2):
        pass
    execute(fresh_database_url, f"NOTIFY {CHANNEL}")
    assert wakeups.wait(30)


def test_a_database_that_is_away_is_waited_for_and_not_raised() -> None:
    nowhere = Wakeups("postgresql+psycopg://u@/d?host=/nowhere")
    assert not nowhere.wait(0.3)
    nowhere.interrupt()
    assert nowhere.wait(30)
    nowhere.close()
    assert server_version("postgresql+psycopg://u@/d?host=/nowhere") is None
