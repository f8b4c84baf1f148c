"""Join tasks of several units: lead and support, handing down, and measures that a running campaign withdraws.

Revision ID: 0003_joint
Revises: 20261126_1605
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_joint"
down_revision = "20261126_1605"
branch_labels = None
depends_on = None

ROLES = "role IN ('lead', 'support', 'each')"
ROLES_NOW = "role IN ('lead', 'support', 'each', 'share')"


def upgrade() -> None:
    """Apply the change."""
    op.add_column("measure", sa.Column("lead", sa.Text(), nullable=True))
    op.add_column(
        "measure",
        sa.Column("support", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
    )
    op.add_column("measure", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("assignment", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("ck_assignment__role"), "assignment")
    op.create_check_constraint(op.f("ck_assignment__role"), "assignment", ROLES_NOW)
    op.add_column("task", sa.Column("tie", sa.Text(), nullable=True))
    op.add_column("task", sa.Column("upper_unit_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "task",
        sa.Column("brief", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
    )
    op.create_foreign_key(op.f("fk_task__upper_unit_id"), "task", "unit", ["upper_unit_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_task__tie"),
        "task",
        "(tie IS NULL AND upper_unit_id IS NULL)"
        " OR (tie IN ('part', 'share') AND upper_unit_id IS NOT NULL AND parent_id IS NOT NULL)",
    )
    op.create_index("ix_task__upper", "task", ["upper_unit_id"], postgresql_where="tie IS NOT NULL AND NOT final")


def downgrade() -> None:
    """Take the change back: parts and shares go on as plain tasks of their units."""
    op.drop_index("ix_task__upper", table_name="task", postgresql_where="tie IS NOT NULL AND NOT final")
    op.drop_constraint(op.f("ck_task__tie"), "task")
    op.drop_constraint(op.f("fk_task__upper_unit_id"), "task", type_="foreignkey")
    op.drop_column("task", "brief")
    op.drop_column("task", "upper_unit_id")
    op.drop_column("task", "tie")
    # The older code knows no shares: a unit's own assignment for the same measure, if any, stays as it is.
    op.execute(
        "UPDATE task SET assignment_id = NULL WHERE assignment_id IN (SELECT id FROM assignment WHERE role = 'share')"
    )
    op.execute("DELETE FROM assignment WHERE role = 'share'")
    op.drop_constraint(op.f("ck_assignment__role"), "assignment")
    op.create_check_constraint(op.f("ck_assignment__role"), "assignment", ROLES)
    op.drop_column("assignment", "withdrawn_at")
    op.drop_column("measure", "withdrawn_at")
    op.drop_column("measure", "support")
    op.drop_column("measure", "lead")
