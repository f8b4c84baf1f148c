"""Let a paper be about what was decided on a task.

Revision ID: 0019_decision_papers
Revises: 0018_look_back_draws
"""

import sqlalchemy as sa
from alembic import op

revision = "0019_decision_papers"
down_revision = "0018_look_back_draws"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("about_task_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_notice__about_task_id"), "notice", "task", ["about_task_id"], ["id"])
    op.create_index(op.f("ix_notice__about_task_id"), "notice", ["about_task_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_notice__about_task_id"), table_name="notice")
    op.drop_constraint(op.f("fk_notice__about_task_id"), "notice", type_="foreignkey")
    op.drop_column("notice", "about_task_id")
