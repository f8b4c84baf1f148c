"""Let decisions rise: the unit above the office that decides a task, and as which parties.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("risen_unit_id", sa.BigInteger(), nullable=True))
    op.add_column("task", sa.Column("risen_parties", postgresql.ARRAY(sa.Text()), nullable=True))
    op.create_foreign_key(op.f("fk_task__risen_unit_id"), "task", "unit", ["risen_unit_id"], ["id"])
    op.create_check_constraint("risen", "task", "(risen_unit_id IS NULL) = (risen_parties IS NULL)")
    op.create_index("ix_task__risen", "task", ["risen_unit_id"], postgresql_where=sa.text("risen_unit_id IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_task__risen", table_name="task")
    op.drop_constraint(op.f("ck_task__risen"), "task", type_="check")
    op.drop_constraint(op.f("fk_task__risen_unit_id"), "task", type_="foreignkey")
    op.drop_column("task", "risen_parties")
    op.drop_column("task", "risen_unit_id")
