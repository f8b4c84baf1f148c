"""Keep how far the counting again of open clocks is, so that whoever finds it cut off goes on with it.

Revision ID: 0031_count_clocks_again
Revises: 0030_keep_tallies
"""

import sqlalchemy as sa
from alembic import op

revision = "0031_count_clocks_again"
down_revision = "0030_keep_tallies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recount",
        sa.Column("calendar_version_id", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("after_task_id", sa.BigInteger(), nullable=False),
        sa.Column("after_clock_id", sa.BigInteger(), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar_version_id"], ["calendar_version.id"], name=op.f("fk_recount__calendar_version_id")
        ),
        sa.PrimaryKeyConstraint("calendar_version_id", name=op.f("pk_recount")),
    )


def downgrade() -> None:
    op.drop_table("recount")
