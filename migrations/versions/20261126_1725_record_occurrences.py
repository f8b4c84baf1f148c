"""Record occurrences: kind, unit, day and count of what happened, and the look-back that it opened.

Revision ID: 0003_occurrences
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_occurrences"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recorded_occurrence",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_back_task_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("count > 0", name=op.f("ck_recorded_occurrence__count")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_recorded_occurrence__campaign_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_recorded_occurrence__unit_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_recorded_occurrence__recorded_by")),
        sa.ForeignKeyConstraint(
            ["look_back_task_id"], ["task.id"], name=op.f("fk_recorded_occurrence__look_back_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_occurrence")),
        sa.UniqueConstraint("ref", name=op.f("uq_recorded_occurrence__ref")),
        sa.UniqueConstraint(
            "campaign_id",
            "unit_id",
            "kind",
            "occurred_on",
            name=op.f("uq_recorded_occurrence__campaign_id_unit_id_kind_occurred_on"),
        ),
    )


def downgrade() -> None:
    op.drop_table("recorded_occurrence")
