"""Draw signed-off items for a second look.

Revision ID: 0018_look_back_draws
Revises: 0017_agreed
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_look_back_draws"
down_revision = "0017_agreed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "look_back_draw",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("share", sa.SmallInteger(), nullable=False),
        sa.Column("seal_id", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("pool", postgresql.JSONB(), nullable=False),
        sa.Column("drawn", postgresql.JSONB(), nullable=False),
        sa.Column("passed_over", postgresql.JSONB(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_look_back_draw__campaign_id")),
        sa.ForeignKeyConstraint(["seal_id"], ["seal.id"], name=op.f("fk_look_back_draw__seal_id")),
        sa.ForeignKeyConstraint(["drawn_by"], ["person.id"], name=op.f("fk_look_back_draw__drawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_back_draw")),
        sa.UniqueConstraint("campaign_id", "month", name=op.f("uq_look_back_draw__campaign_id_month")),
    )


def downgrade() -> None:
    op.drop_table("look_back_draw")
