"""Let a sender take up a few messages together.

Revision ID: 0014_rounds
Revises: 0013_optional_mail
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_rounds"
down_revision = "0013_optional_mail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sending_round",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("delivery_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_round")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    op.drop_table("sending_round")
