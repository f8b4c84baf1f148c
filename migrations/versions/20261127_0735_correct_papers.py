"""Let a paper correct another: a successor that names it.

Revision ID: 0009_corrections
Revises: 0008_inbox
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_corrections"
down_revision = "0008_inbox"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("corrects_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_notice__corrects_id"), "notice", "notice", ["corrects_id"], ["id"])
    op.create_index(op.f("ix_notice__corrects_id"), "notice", ["corrects_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_notice__corrects_id"), table_name="notice")
    op.drop_constraint(op.f("fk_notice__corrects_id"), "notice", type_="foreignkey")
    op.drop_column("notice", "corrects_id")
