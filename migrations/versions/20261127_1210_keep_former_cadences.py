"""Keep the cadences that a standing duty had before, so that its past periods can be recomputed.

Revision ID: 0010_former_cadences
Revises: 0009_corrections
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_former_cadences"
down_revision = "0009_corrections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("measure", sa.Column("former_cadences", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("measure", "former_cadences")
