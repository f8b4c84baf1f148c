"""Plan drafts that were being confirmed when the program was upgraded are still there, in the new shape."""

from __future__ import annotations

import json
from typing import Any

import alembic.command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from tracker.cli.db import alembic_config, upgrade_database

OLD = {
    "title": "行动", "units": {"各村": []},
    "measures": [
        {"id": 1, "text": "逐户排查", "span": [10, 14], "when": {"kind": "", "by_day": ""}, "kept": True},
        {"id": 2, "text": "宣传", "span": [20, 22], "when": {"kind": "every", "by_day": "5"}, "kept": False},
    ],
}  # fmt: skip


def test_a_draft_of_the_former_shape_is_carried_over_and_back(fresh_database_url: str) -> None:
    config = alembic_config(fresh_database_url)
    (accepting,) = (
        one
        for one in ScriptDirectory.from_config(config).walk_revisions()
        if one.revision.endswith("_accept_proposals")
    )
    before = str(accepting.down_revision)
    alembic.command.downgrade(config, before)
    engine = create_engine(fresh_database_url.replace("postgresql://", "postgresql+psycopg://"))

    def content() -> dict[str, Any]:
        with engine.connect() as connection:
            found: dict[str, Any] = connection.execute(text("SELECT content FROM plan_draft")).scalar_one()
        return found

    with engine.begin() as connection:
        connection.execute(
            text("""
                WITH u AS (INSERT INTO unit (key, kind, level, created_at) VALUES ('u', 'office', 'member', now()) RETURNING id),
                     o AS (INSERT INTO office (unit_id, name, created_at) SELECT id, '办公室', now() FROM u RETURNING id),
                     p AS (INSERT INTO person (name, created_at) VALUES ('甲', now()) RETURNING id)
                INSERT INTO plan_draft (ref, office_id, person_id, file_name, text, content, earlier, revision, created_at, changed_at)
                SELECT 'FA-2026-0001', o.id, p.id, 'x', 'x', CAST(:content AS jsonb), '[{"title": "旧"}]', 2, now(), now() FROM o, p"""),
            {"content": json.dumps(OLD)},
        )
    upgrade_database(fresh_database_url)
    new = content()
    assert new["ladders"] == {}
    assert new["units"] == OLD["units"]
    assert [one["spans"] for one in new["measures"]] == [[[10, 14]], [[20, 22]]]
    assert [(one["read"], one["accepted"], one["kept"]) for one in new["measures"]] == [
        ("逐户排查", False, True),
        ("宣传", False, False),
    ]
    assert new["measures"][1]["when"] == {"kind": "every", "by_day": "5", "by_month": ""}
    alembic.command.downgrade(config, before)
    assert content() == OLD
    engine.dispose()
