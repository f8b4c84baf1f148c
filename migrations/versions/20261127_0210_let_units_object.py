"""Let units contest papers and their lines: objections, the tasks that rest meanwhile, two ends of a finding.

Revision ID: 0005_objections
Revises: 0004_plan_drafts
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_objections"
down_revision = "0004_plan_drafts"
branch_labels = None
depends_on = None

STATUS = "status IN ('waiting', 'struck', 'waived', 'issued', 'obsolete'{more})"


def upgrade() -> None:
    op.create_table(
        "objection",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("filed_by", sa.BigInteger(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('open', 'upheld', 'rejected', 'withdrawn', 'lapsed')", name=op.f("ck_objection__outcome")
        ),
        sa.CheckConstraint("(outcome = 'open') = (decided_at IS NULL)", name=op.f("ck_objection__decided")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_objection__task_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_objection__notice_id")),
        sa.ForeignKeyConstraint(["item_id"], ["notice_item.id"], name=op.f("fk_objection__item_id")),
        sa.ForeignKeyConstraint(["filed_by"], ["person.id"], name=op.f("fk_objection__filed_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_objection__decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("task_id", name=op.f("uq_objection__task_id")),
    )
    op.create_index("ix_objection__notice", "objection", ["notice_id"])
    op.create_index(
        "ix_objection__open_paper", "objection", ["notice_id"], unique=True,
        postgresql_where=sa.text("outcome = 'open' AND item_id IS NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_objection__open_item", "objection", ["item_id"], unique=True,
        postgresql_where=sa.text("outcome = 'open' AND item_id IS NOT NULL"),
    )  # fmt: skip
    op.create_table(
        "frozen_task",
        sa.Column("objection_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["objection_id"], ["objection.id"], name=op.f("fk_frozen_task__objection_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_frozen_task__task_id")),
        sa.PrimaryKeyConstraint("objection_id", "task_id", name=op.f("pk_frozen_task")),
    )
    op.create_index("ix_frozen_task__task", "frozen_task", ["task_id"])
    op.drop_constraint(op.f("ck_finding__status"), "finding", type_="check")
    op.create_check_constraint(op.f("ck_finding__status"), "finding", STATUS.format(more=", 'objected', 'overturned'"))


def downgrade() -> None:
    # A finding that rested or was overturned stands struck, which is what the older code can say of it.
    op.execute("UPDATE finding SET status = 'struck' WHERE status IN ('objected', 'overturned')")
    op.drop_constraint(op.f("ck_finding__status"), "finding", type_="check")
    op.create_check_constraint(op.f("ck_finding__status"), "finding", STATUS.format(more=""))
    op.drop_index("ix_frozen_task__task", table_name="frozen_task")
    op.drop_table("frozen_task")
    for index in ("ix_objection__open_item", "ix_objection__open_paper", "ix_objection__notice"):
        op.drop_index(index, table_name="objection")
    op.drop_table("objection")
