"""Let ladders look at progress and at a unit's history: standing, places of papers, schedules, good causes.

Papers issued before have no place: what they said was not recorded for counting, so counting begins with the upgrade.

Revision ID: 0006_ladders
Revises: 0005_objections
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_ladders"
down_revision = "0005_objections"
branch_labels = None
depends_on = None

CAUSES = "cause IN ('late', 'quality', 'recheck', 'order'{more})"


def upgrade() -> None:
    op.create_table(
        "unit_standing",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("papers", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "standing IN ('normal', 'released', 'yellow', 'red', 'listed')", name=op.f("ck_unit_standing__standing")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_unit_standing__office_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_standing__unit_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_unit_standing__notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_standing")),
        sa.UniqueConstraint("office_id", "unit_id", name=op.f("uq_unit_standing__office_id_unit_id")),
    )
    op.create_index("ix_unit_standing__unit_id", "unit_standing", ["unit_id"])
    for table in ("task", "clock", "measure"):
        op.add_column(table, sa.Column("severity_floor", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("clock", sa.Column("excused", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("clock", sa.Column("pace", postgresql.JSONB(none_as_null=True), nullable=True))
    op.add_column("measure", sa.Column("schedule", postgresql.JSONB(none_as_null=True), nullable=True))
    op.add_column("finding", sa.Column("points", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("notice", sa.Column("alone", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("notice", sa.Column("place", sa.BigInteger(), nullable=True))
    op.add_column("notice", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_notice__unit_place",
        "notice",
        ["office_id", "unit_id", "place"],
        unique=True,
        postgresql_where=sa.text("place IS NOT NULL"),
    )
    op.drop_constraint(op.f("ck_firing__cause"), "firing", type_="check")
    op.create_check_constraint(op.f("ck_firing__cause"), "firing", CAUSES.format(more=", 'pace', 'history'"))


def downgrade() -> None:
    op.drop_constraint(op.f("ck_firing__cause"), "firing", type_="check")
    op.create_check_constraint(op.f("ck_firing__cause"), "firing", CAUSES.format(more=""))
    op.drop_index("ix_notice__unit_place", table_name="notice")
    for column in ("ended_at", "place", "alone"):
        op.drop_column("notice", column)
    op.drop_column("finding", "points")
    op.drop_column("measure", "schedule")
    op.drop_column("clock", "pace")
    op.drop_column("clock", "excused")
    for table in ("measure", "clock", "task"):
        op.drop_column(table, "severity_floor")
    op.drop_index("ix_unit_standing__unit_id", table_name="unit_standing")
    op.drop_table("unit_standing")
