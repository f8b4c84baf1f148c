"""Keep what was agreed on in an interview beside the lines of its paper.

Revision ID: 0010_agreed
Revises: 0011_unopened
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_agreed"
down_revision = "0011_unopened"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice_item", sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("notice_item", "agreed_at")
