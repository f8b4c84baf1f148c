"""Tell leaders once a week how each campaign stands.

Revision ID: 0022_weekly_brief
Revises: 0021_form_drafts
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_weekly_brief"
down_revision = "0021_form_drafts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("digest_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_campaign__digest", "campaign", ["digest_at"], postgresql_where=sa.text("digest_at IS NOT NULL"))
    # Running campaigns begin on the next Monday, 08:30 in Shanghai.
    op.execute("""
        UPDATE campaign SET digest_at =
            (date_trunc('week', now() AT TIME ZONE 'Asia/Shanghai') + interval '7 days 8 hours 30 minutes')
            AT TIME ZONE 'Asia/Shanghai'
        WHERE status = 'issued' AND ends_on >= CAST(now() AS date)""")


def downgrade() -> None:
    op.drop_index("ix_campaign__digest", table_name="campaign")
    op.drop_column("campaign", "digest_at")
