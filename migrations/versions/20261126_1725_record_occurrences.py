"""Record occurrences with the look-back that each opened, and the returns that a campaign requires of its units.

Revision ID: 0003_occurrences
Revises: 0003_joint
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_occurrences"
down_revision = "0003_joint"
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
    op.create_table(
        "required_return",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("workflow_key", sa.Text(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("measure_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_required_return__campaign_id")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_required_return__measure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_required_return")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_required_return__campaign_id_key")),
    )
    op.create_table(
        "required_return_unit",
        sa.Column("required_return_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["required_return_id"], ["required_return.id"], name=op.f("fk_required_return_unit__required_return_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_required_return_unit__unit_id")),
        sa.PrimaryKeyConstraint("required_return_id", "unit_id", name=op.f("pk_required_return_unit")),
    )
    op.create_index("ix_required_return_unit__unit", "required_return_unit", ["unit_id"])


def downgrade() -> None:
    op.drop_index("ix_required_return_unit__unit", table_name="required_return_unit")
    op.drop_table("required_return_unit")
    op.drop_table("required_return")
    op.drop_table("recorded_occurrence")
