"""Keep other words for units, what became of them, and files between preview and import.

Revision ID: 20261126_1605
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_1605"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unit", sa.Column("ended_on", sa.Date(), nullable=True))
    op.create_table(
        "unit_alias",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_alias__unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "alias", name=op.f("pk_unit_alias")),
    )
    op.create_table(
        "unit_succession",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("successor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('merge', 'split')", name=op.f("ck_unit_succession__kind")),
        sa.ForeignKeyConstraint(["successor_id"], ["unit.id"], name=op.f("fk_unit_succession__successor_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_succession__unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_succession")),
    )
    op.create_index("ix_unit_succession__unit", "unit_succession", ["unit_id"])
    op.create_index("ix_unit_succession__successor", "unit_succession", ["successor_id"])
    op.create_table(
        "roster_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("file_names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roster_import__person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
        sa.UniqueConstraint("ref", name=op.f("uq_roster_import__ref")),
    )
    op.create_index("ix_roster_import__expires", "roster_import", ["expires_at"])


def downgrade() -> None:
    op.drop_table("roster_import")
    op.drop_table("unit_succession")
    op.drop_table("unit_alias")
    op.drop_column("unit", "ended_on")
