"""Every invariant of DESIGN.md §3 has a test that fails without the code that keeps it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.mutants.offences import OFFENCES, Offence
from tests.support.servers import plain_url, private_servers
from tracker.settings import CHECKOUT

INVARIANTS = range(1, 13)
COPIED = ("tracker", "workflows", "migrations", "tests", "pyproject.toml", "wsgi.py", "README.md", "docker", "Makefile")
TESTS_FAILED = 1
LONGEST = 300
#: Where an offence lets somebody wait for a lock for ever, the wait ends in an error, and that is a failed test.
LONGEST_WAIT = "15s"


def test_every_invariant_is_offended_against_at_least_once() -> None:
    assert {offence.invariant for offence in OFFENCES} == set(INVARIANTS)


@pytest.mark.parametrize("offence", OFFENCES, ids=str)
def test_what_an_offence_changes_stands_in_the_code_exactly_once(offence: Offence) -> None:
    assert (CHECKOUT / offence.file).read_text(encoding="utf-8").count(offence.old) == 1


@pytest.fixture(scope="module")
def copy() -> Iterator[Path]:
    """A copy of the house, to be spoiled one line at a time; its path is open to the servers' account."""
    folder = Path(tempfile.mkdtemp(prefix="tracker-m-"))
    folder.chmod(0o711)
    try:
        for name in COPIED:
            source = CHECKOUT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, folder / name)
        shutil.copytree(CHECKOUT / ".ci", folder / ".ci")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def impatient_servers() -> Iterator[dict[str, str]]:
    """Servers of these tests' own, as environment, on which no wait for a lock lasts."""
    with private_servers() as servers:
        with psycopg.connect(plain_url(servers.database_url), autocommit=True) as connection:
            role = sql.Identifier(connection.info.user)
            connection.execute(sql.SQL("ALTER ROLE {} SET lock_timeout = {}").format(role, LONGEST_WAIT))
        yield {"TRACKER_TEST_DATABASE_URL": servers.database_url, "TRACKER_TEST_REDIS_URL": servers.redis_url}


@pytest.mark.slow
@pytest.mark.parametrize("offence", OFFENCES, ids=str)
def test_an_offence_is_noticed(copy: Path, impatient_servers: dict[str, str], offence: Offence) -> None:
    spoiled = copy / offence.file
    whole = spoiled.read_text(encoding="utf-8")
    try:
        spoiled.write_text(whole.replace(offence.old, offence.new), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *offence.tests],
            cwd=copy, env={**os.environ, **impatient_servers, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True, text=True, timeout=LONGEST, check=False,
        )  # fmt: skip
    finally:
        spoiled.write_text(whole, encoding="utf-8")
    assert done.returncode == TESTS_FAILED, f"nothing noticed that {offence.what}:\n{done.stdout[-2000:]}"
    assert " failed" in done.stdout or " error" in done.stdout
