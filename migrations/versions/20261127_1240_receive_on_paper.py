"""Receive papers on paper: slips to sign for them, and when one that nobody signs for is deemed received.

Revision ID: 0016_receiving
Revises: 0015_unopened
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_receiving"
down_revision = "0015_unopened"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("deem_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_notice__deem", "notice", ["deem_at"], postgresql_where=sa.text("deem_at IS NOT NULL"))
    op.create_table(
        "receipt_slip",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_receipt_slip__notice_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_receipt_slip__made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_slip")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_receipt_slip__token_hash")),
    )
    op.create_index("ix_receipt_slip__notice", "receipt_slip", ["notice_id"])
    op.create_index(
        "ix_receipt_slip__good", "receipt_slip", ["notice_id"], unique=True,
        postgresql_where=sa.text("used_at IS NULL AND revoked_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("receipt_slip")
    op.drop_index("ix_notice__deem", table_name="notice")
    op.drop_column("notice", "deem_at")
