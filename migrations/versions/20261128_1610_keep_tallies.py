"""Keep how many tasks of a kind there are, and tell papers from duties on the task itself.

Revision ID: 0030_keep_tallies
Revises: 0029_find_to_accept
"""

import sqlalchemy as sa
from alembic import op

revision = "0030_keep_tallies"
down_revision = "0029_find_to_accept"
branch_labels = None
depends_on = None

STAGE = """CASE WHEN {row}.final AND NOT {row}.done THEN 'withdrawn' WHEN {row}.done THEN 'done'
        WHEN {row}.waits_for = 'unit' THEN 'unit' ELSE 'beside' END"""
KIND = (
    "{row}.campaign_id, {row}.measure_id, {row}.workflow_key, {row}.due_on, "
    + STAGE
    + """,
        NOT {row}.final AND NOT {row}.done AND {row}.waits_for = 'unit' AND {row}.sent_back"""
)
INTO = "INSERT INTO tally (campaign_id, measure_id, workflow_key, due_on, stage, sent_back, tasks)"

COUNT_ALL = f"{INTO} SELECT {KIND.format(row='t')}, count(*) FROM task t WHERE NOT t.paper GROUP BY 1, 2, 3, 4, 5, 6"

TRIGGERS = f"""
CREATE FUNCTION tally_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {INTO}
    SELECT {KIND.format(row="t")}, count(*) FROM opened t WHERE NOT t.paper GROUP BY 1, 2, 3, 4, 5, 6;
    RETURN NULL;
END $$;

CREATE FUNCTION tally_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {INTO}
    SELECT {KIND.format(row="t")}, -count(*) FROM gone t WHERE NOT t.paper GROUP BY 1, 2, 3, 4, 5, 6;
    RETURN NULL;
END $$;

CREATE FUNCTION tally_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {INTO}
    SELECT * FROM (
        SELECT {KIND.format(row="old")}, -1 WHERE NOT old.paper
        UNION ALL
        SELECT {KIND.format(row="new")}, 1 WHERE NOT new.paper) moved;
    RETURN NULL;
END $$;

CREATE TRIGGER task_is_tallied AFTER INSERT ON task REFERENCING NEW TABLE AS opened
    FOR EACH STATEMENT EXECUTE FUNCTION tally_opened();
CREATE TRIGGER task_is_tallied_no_more AFTER DELETE ON task REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION tally_gone();
CREATE TRIGGER task_is_tallied_anew AFTER UPDATE ON task FOR EACH ROW
    WHEN (NOT (old.paper AND new.paper)
        AND (old.campaign_id, old.measure_id, old.workflow_key, old.due_on, old.done, old.final, old.waits_for, old.sent_back, old.paper)
            IS DISTINCT FROM
            (new.campaign_id, new.measure_id, new.workflow_key, new.due_on, new.done, new.final, new.waits_for, new.sent_back, new.paper))
    EXECUTE FUNCTION tally_moved();
"""

UNTRIGGER = """
DROP TRIGGER task_is_tallied_anew ON task;
DROP TRIGGER task_is_tallied_no_more ON task;
DROP TRIGGER task_is_tallied ON task;
DROP FUNCTION tally_moved();
DROP FUNCTION tally_gone();
DROP FUNCTION tally_opened();
"""


def upgrade() -> None:
    op.add_column("task", sa.Column("paper", sa.Boolean(), server_default="false", nullable=False))
    op.execute("UPDATE task t SET paper = true FROM notice n WHERE n.task_id = t.id")
    op.create_table(
        "tally",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("measure_id", sa.BigInteger(), nullable=True),
        sa.Column("workflow_key", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("sent_back", sa.Boolean(), nullable=False),
        sa.Column("tasks", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("stage IN ('withdrawn', 'done', 'unit', 'beside')", name=op.f("ck_tally__stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
    )
    op.create_index("ix_tally__campaign", "tally", ["campaign_id"])
    op.create_index("ix_tally__fresh", "tally", ["campaign_id"], postgresql_where=sa.text("NOT settled"))
    op.execute(COUNT_ALL)
    op.execute(TRIGGERS)
    op.create_index(
        "ix_task__late", "task", ["due_at"],
        postgresql_include=["id", "campaign_id", "measure_id", "unit_id", "workflow_key", "due_on", "sent_back"],
        postgresql_where=sa.text("waits_for = 'unit' AND NOT done AND NOT final AND NOT paper"),
    )  # fmt: skip
    op.create_index(
        "ix_task__done_at", "task", ["done_at"], postgresql_include=["campaign_id"],
        postgresql_where=sa.text("done AND NOT paper"),
    )  # fmt: skip
    op.create_index(
        "ix_task__review", "task", ["campaign_id"],
        postgresql_where=sa.text("waits_for = 'supervisor' AND NOT final AND NOT paper"),
    )  # fmt: skip
    op.create_index(
        "ix_task__objection", "task", ["campaign_id"],
        postgresql_where=sa.text("workflow_key = 'objection' AND NOT final"),
    )  # fmt: skip
    op.create_index(
        "ix_notice__sealed", "notice", ["campaign_id"],
        postgresql_where=sa.text("issued_at IS NULL AND content_hash IS NOT NULL"),
    )  # fmt: skip
    op.create_index("ix_notice__draft", "notice", ["campaign_id"], postgresql_where=sa.text("issued_at IS NULL"))
    op.create_index(
        "ix_finding__raised", "finding", ["raised_at", "id"], postgresql_where=sa.text("status = 'waiting'")
    )


def downgrade() -> None:
    op.drop_index("ix_finding__raised", table_name="finding")
    op.drop_index("ix_notice__sealed", table_name="notice")
    op.drop_index("ix_notice__draft", table_name="notice")
    op.drop_index("ix_task__objection", table_name="task")
    op.drop_index("ix_task__review", table_name="task")
    op.drop_index("ix_task__done_at", table_name="task")
    op.drop_index("ix_task__late", table_name="task")
    op.execute(UNTRIGGER)
    op.drop_table("tally")
    op.drop_column("task", "paper")
