"""Plan visits, verify them by a code, and keep what came of each.

Revision ID: 0025_visits
Revises: 0024_put_down
"""

import sqlalchemy as sa
from alembic import op

revision = "0025_visits"
down_revision = "0024_put_down"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_KINDS = ("task", "notice", "unit", "campaign", "person", "settings")


def _let_streams_be(*kinds: str, those_there_stay: bool = False) -> None:
    op.drop_constraint(op.f("ck_stream__kind"), "stream", type_="check")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    # The record is never deleted: chains of visits stay where this is taken back, and no new one begins.
    op.create_check_constraint(
        op.f("ck_stream__kind"), "stream", f"kind IN ({listed})", postgresql_not_valid=those_there_stay
    )


def upgrade() -> None:
    _let_streams_be(*_KINDS, "visit")
    op.create_table(
        "visit",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("filed_as", sa.Text(), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("planned_by", sa.BigInteger(), nullable=False),
        sa.Column("planned_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('planned', 'under_way', 'ended', 'cancelled')", name=op.f("ck_visit__state")),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_visit__period")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_visit__campaign_id")),
        sa.ForeignKeyConstraint(["planned_by"], ["person.id"], name=op.f("fk_visit__planned_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("ref", name=op.f("uq_visit__ref")),
    )
    op.create_index("ix_visit__campaign", "visit", ["campaign_id", "from_on"])
    op.create_table(
        "visit_member",
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("in_charge", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_member__visit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visit_member__person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_visit_member__post_id")),
        sa.PrimaryKeyConstraint("visit_id", "person_id", name=op.f("pk_visit_member")),
    )
    op.create_index(
        "uq_visit_member__in_charge", "visit_member", ["visit_id"], unique=True, postgresql_where=sa.text("in_charge")
    )
    op.create_index("ix_visit_member__person", "visit_member", ["person_id"])
    op.create_table(
        "visit_measure",
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("measure_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_measure__visit_id")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_visit_measure__measure_id")),
        sa.PrimaryKeyConstraint("visit_id", "measure_id", name=op.f("pk_visit_measure")),
    )
    op.create_table(
        "visit_stop",
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("code_hash", sa.Text(), nullable=True),
        sa.Column("code_expires_at", _MOMENT, nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("verified_at", _MOMENT, nullable=True),
        sa.Column("verified_by", sa.BigInteger(), nullable=True),
        sa.Column("refused_at", _MOMENT, nullable=True),
        sa.Column("refused_by", sa.BigInteger(), nullable=True),
        sa.Column("refusal_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(code_hash IS NULL) = (code_expires_at IS NULL)", name=op.f("ck_visit_stop__code")),
        sa.CheckConstraint("(refused_at IS NULL) = (refusal_reason IS NULL)", name=op.f("ck_visit_stop__refused")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_stop__visit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_visit_stop__unit_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_visit_stop__task_id")),
        sa.ForeignKeyConstraint(["verified_by"], ["person.id"], name=op.f("fk_visit_stop__verified_by")),
        sa.ForeignKeyConstraint(["refused_by"], ["person.id"], name=op.f("fk_visit_stop__refused_by")),
        sa.PrimaryKeyConstraint("visit_id", "unit_id", name=op.f("pk_visit_stop")),
        sa.UniqueConstraint("task_id", name=op.f("uq_visit_stop__task_id")),
    )
    op.create_index("ix_visit_stop__unit", "visit_stop", ["unit_id"])


def downgrade() -> None:
    for table in ("visit_stop", "visit_measure", "visit_member", "visit"):
        op.drop_table(table)
    _let_streams_be(*_KINDS, those_there_stay=True)
