"""Keep what was agreed on in an interview beside the lines of its paper.

Revision ID: 0017_agreed
Revises: 0016_receiving
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_agreed"
down_revision = "0016_receiving"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice_item", sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("notice_item", "agreed_at")
