"""Mask the addresses and numbers that providers repeated in answers which were kept before they were masked.

Row by row in windows of ids, and only where something stands unmasked; there is no way back to what was hidden, and none is
needed. Events keep what they have: their chain is closed.

Revision ID: 0028_mask_answers
Revises: 0026_accept_proposals
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0028_mask_answers"
down_revision = "0026_accept_proposals"
branch_labels = None
depends_on = None

#: Where an answer may stand, and of which rows. The id that an SMS provider gave is no number of anybody's.
ANSWERS = (
    ("delivery", "reason", "true"),
    ("delivery", "provider_id", "channel = 'email'"),
    ("receipt", "sentence", "true"),
    ("contact_trouble", "reason", "true"),
    ("incident", "sentence", "kind LIKE 'delivery%' OR kind LIKE 'channel%'"),
)
AT_ONCE = 20_000
#: An address whose name is not hidden, or a mobile number that is not.
OPEN = r"[[:alnum:]_.!#$%&'*+/=?^`{|}~-](?<!\*\*\*)@[[:alnum:]]|(?<![0-9])1[3-9][0-9]{9}(?![0-9])"

# As the running system did when this was written: it may learn more later.
_WORD = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*", re.ASCII)
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


def _masked(said: str) -> str:
    without_mail = _WORD.sub(lambda found: _mail(*found[0].split("@")), said)
    return _MOBILE.sub(lambda found: f"{found[0][:3]}****{found[0][-4:]}", without_mail)


def _mail(name: str, place: str) -> str:
    return f"{name}@{place}" if name.endswith("***") else f"{name[:1]}***@{place}"


def _mask(bind: sa.Connection, table: str, column: str, of: str) -> None:
    last = bind.scalar(sa.text(f"SELECT coalesce(max(id), 0) FROM {table}"))
    found = sa.text(
        f"SELECT id, {column} AS said FROM {table} WHERE id > :after AND id <= :upto AND ({of}) AND {column} ~ :open"
    )
    write = sa.text(
        f"UPDATE {table} t SET {column} = r.said"
        " FROM unnest(CAST(:ids AS bigint[]), CAST(:said AS text[])) AS r(id, said) WHERE t.id = r.id"
    )
    for after in range(0, last, AT_ONCE):
        rows = bind.execute(found, {"after": after, "upto": after + AT_ONCE, "open": OPEN}).all()
        if rows:
            bind.execute(write, {"ids": [row.id for row in rows], "said": [_masked(row.said) for row in rows]})


def upgrade() -> None:
    for table, column, of in ANSWERS:
        _mask(op.get_bind(), table, column, of)
    for channel, reason in op.get_bind().execute(sa.text("SELECT channel, reason FROM channel_state")).all():
        write = sa.text("UPDATE channel_state SET reason = :said WHERE channel = :channel")
        op.get_bind().execute(write, {"said": _masked(reason), "channel": channel})


def downgrade() -> None:
    """What was hidden stays hidden."""
