"""Let a message know which of its tries never left.

Revision ID: 0024_put_down
Revises: 0023_triage
"""

import sqlalchemy as sa
from alembic import op

revision = "0024_put_down"
down_revision = "0023_triage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("put_down", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("delivery", sa.Column("earlier_submitted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("delivery", "earlier_submitted_at")
    op.drop_column("delivery", "put_down")
