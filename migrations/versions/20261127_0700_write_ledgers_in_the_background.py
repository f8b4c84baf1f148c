"""Write long ledgers in the background: what was asked for, how far it is, and the file until it expires.

Revision ID: 0008_ledger_exports
Revises: 0007_receipts
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_ledger_exports"
down_revision = "0007_receipts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_export",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("filters", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("remarks", postgresql.JSONB(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_ledger_export__state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ledger_export__person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_export")),
        sa.UniqueConstraint("ref", name=op.f("uq_ledger_export__ref")),
    )
    op.create_index("ix_ledger_export__person", "ledger_export", ["person_id"])
    op.create_index("ix_ledger_export__expires", "ledger_export", ["expires_at"])
    op.create_table(
        "ledger_export_chunk",
        sa.Column("export_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["ledger_export.id"], name=op.f("fk_ledger_export_chunk__export_id")),
        sa.PrimaryKeyConstraint("export_id", "position", name=op.f("pk_ledger_export_chunk")),
    )


def downgrade() -> None:
    op.drop_table("ledger_export_chunk")
    op.drop_index("ix_ledger_export__expires", table_name="ledger_export")
    op.drop_index("ix_ledger_export__person", table_name="ledger_export")
    op.drop_table("ledger_export")
