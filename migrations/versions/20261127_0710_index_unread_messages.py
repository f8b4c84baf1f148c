"""Find a person's unread messages and who was told of a paper by an index.

Revision ID: 0008_inbox
Revises: 0008_ledger_exports
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_inbox"
down_revision = "0008_ledger_exports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_told__unread", "told", ["person_id", "id"], postgresql_where=sa.text("read_at IS NULL"))
    op.create_index("ix_told__notice", "told", ["notice_id"], postgresql_where=sa.text("notice_id IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_told__notice", table_name="told")
    op.drop_index("ix_told__unread", table_name="told")
