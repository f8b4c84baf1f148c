"""Keep what was agreed on in an interview beside the lines of its paper.

Revision ID: 0017_agreed
Revises: 0016_receiving
"""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "0017_agreed"
down_revision = "0016_receiving"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice_item", sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    # Without the moment an agreed item would turn into a line of the paper that was issued, and its hash would not hold.
    if agreed := op.get_bind().scalar(sa.text("SELECT count(*) FROM notice_item WHERE agreed_at IS NOT NULL")):
        raise CommandError(
            f"不能回退到0017_agreed之前：已有{agreed}项约谈商定事项，旧版本会把它们当成文书原有的事项。请用升级前的备份恢复。"
        )
    op.drop_column("notice_item", "agreed_at")
