"""Let matters be claimed for a while, and views be saved.

Revision ID: 0023_triage
Revises: 0022_weekly_brief
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023_triage"
down_revision = "0022_weekly_brief"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "triage_claim",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", _MOMENT, nullable=False),
        sa.Column("lapses_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_triage_claim")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_triage_claim__person_id")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("query", postgresql.JSONB(), nullable=False),
        sa.Column("comes_first", sa.Boolean(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_view__person_id")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_view__person_id_name")),
    )
    op.create_index(
        "ix_saved_view__first", "saved_view", ["person_id"], unique=True, postgresql_where=sa.text("comes_first")
    )


def downgrade() -> None:
    op.drop_table("saved_view")
    op.drop_table("triage_claim")
