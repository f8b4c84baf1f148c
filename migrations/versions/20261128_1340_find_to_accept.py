"""Find the tasks that wait for being signed for, and those that are watched, without reading every clock.

Revision ID: 0029_find_to_accept
Revises: 0028_mask_answers
"""

import sqlalchemy as sa
from alembic import op

revision = "0029_find_to_accept"
down_revision = "0028_mask_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_clock__to_accept", "clock", ["task_id"], postgresql_where=sa.text("name = 'accept' AND status = 'running'")
    )
    op.create_index(
        "ix_clock__watched", "clock", ["due_on"],
        postgresql_where=sa.text("status = 'running' AND name IN ('look_back', 'hold')"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_clock__watched", table_name="clock")
    op.drop_index("ix_clock__to_accept", table_name="clock")
