"""Keep a plan document, its proposals and what was edited, until a campaign is made of it.

Revision ID: 0004_plan_drafts
Revises: 0003_occurrences
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_plan_drafts"
down_revision = "0003_occurrences"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("earlier", postgresql.JSONB(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_plan_draft__office_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_plan_draft__person_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_plan_draft__campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_draft")),
        sa.UniqueConstraint("ref", name=op.f("uq_plan_draft__ref")),
    )
    op.create_index("ix_plan_draft__office", "plan_draft", ["office_id"])


def downgrade() -> None:
    op.drop_index("ix_plan_draft__office", table_name="plan_draft")
    op.drop_table("plan_draft")
