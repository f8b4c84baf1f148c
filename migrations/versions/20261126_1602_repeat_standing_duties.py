"""Repeat standing duties: cadence of a measure, periods of a task, openings of an assignment, periods of a finding.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("measure", sa.Column("cadence", postgresql.JSONB(), nullable=True))
    for name in ("runs_since", "opened_until", "next_opens_at"):
        op.add_column("assignment", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_assignment__next_opens", "assignment", ["next_opens_at"],
        postgresql_where=sa.text("next_opens_at IS NOT NULL"),
    )  # fmt: skip
    op.add_column("task", sa.Column("period_title", sa.Text(), nullable=True))
    op.add_column("task", sa.Column("quota", sa.SmallInteger(), nullable=True))
    op.add_column("task", sa.Column("recorded", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("task", sa.Column("nil", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("finding", sa.Column("assignment_id", sa.BigInteger(), nullable=True))
    op.add_column("finding", sa.Column("periods", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("finding", sa.Column("period_tasks", postgresql.ARRAY(sa.BigInteger()), nullable=True))
    op.create_foreign_key(op.f("fk_finding__assignment_id"), "finding", "assignment", ["assignment_id"], ["id"])
    op.create_index(
        "ix_finding__standing", "finding", ["assignment_id"],
        postgresql_where=sa.text("status = 'waiting' AND assignment_id IS NOT NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_finding__standing", table_name="finding")
    op.drop_constraint(op.f("fk_finding__assignment_id"), "finding", type_="foreignkey")
    for name in ("period_tasks", "periods", "assignment_id"):
        op.drop_column("finding", name)
    for name in ("nil", "recorded", "quota", "period_title"):
        op.drop_column("task", name)
    op.drop_index("ix_assignment__next_opens", table_name="assignment")
    for name in ("next_opens_at", "opened_until", "runs_since"):
        op.drop_column("assignment", name)
    op.drop_column("measure", "cadence")
