"""Keep the Word templates with which an office prints its papers.

Revision ID: 0020_paper_templates
Revises: 0019_decision_papers
"""

import sqlalchemy as sa
from alembic import op

revision = "0020_paper_templates"
down_revision = "0019_decision_papers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_paper_template__office_id")),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_paper_template__sha256")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_paper_template__uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_template")),
        sa.UniqueConstraint("office_id", "kind", "version", name=op.f("uq_paper_template__office_id_kind_version")),
    )
    op.create_index(
        "ix_paper_template__in_use", "paper_template", ["office_id", "kind"], unique=True,
        postgresql_where=sa.text("in_use"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_paper_template__in_use", table_name="paper_template", postgresql_where=sa.text("in_use"))
    op.drop_table("paper_template")
