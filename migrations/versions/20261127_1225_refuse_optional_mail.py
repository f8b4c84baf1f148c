"""Since when a person does without mails that are optional.

Revision ID: 0013_optional_mail
Revises: 0012_receivers
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_optional_mail"
down_revision = "0012_receivers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("mail_refused_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "mail_refused_at")
