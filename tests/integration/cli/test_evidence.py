"""tracker evidence: written for whoever has the server, checked without a database."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.late_village import draft, late_village, sign
from tracker.cli.main import main


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_what_is_written_is_recorded_and_checked(
    fresh_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRACKER_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("TRACKER_REDIS_URL", "unix:///nonexistent/redis.sock")
    monkeypatch.setenv("TRACKER_SECRET_KEY", "k" * 48)
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    file = tmp_path / "证据.zip"
    with late_village(fresh_database_url) as world:
        ref = draft(world)
        sign(world, ref)
        written = run("evidence", "write", ref, str(file))
        assert written.exit_code == 0, written.output
        assert "SHA-256" in written.output
        (event,) = world.rows("SELECT payload, person_id FROM event WHERE kind = 'evidence.taken'")
        assert (event["payload"]["notice"], event["person_id"]) == (ref, None)
        assert "没有编号为" in run("evidence", "write", "WS-2026-9999", str(tmp_path / "x.zip")).output
    monkeypatch.setenv("TRACKER_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    checked = run("evidence", "verify", str(file))
    assert (checked.exit_code, "全部一致" in checked.output) == (0, True), checked.output
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("more.txt", "x")
    checked = run("evidence", "verify", str(file))
    assert (checked.exit_code, "“more.txt”不在清单里" in checked.output) == (1, True)
    file.write_bytes(b"nothing")
    assert run("evidence", "verify", str(file)).exit_code == 2
