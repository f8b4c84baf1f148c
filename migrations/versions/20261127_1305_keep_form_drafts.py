"""Keep what a person types into a form until it is sent.

Revision ID: 0021_form_drafts
Revises: 0020_paper_templates
"""

import sqlalchemy as sa
from alembic import op

revision = "0021_form_drafts"
down_revision = "0020_paper_templates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("task_version", sa.BigInteger(), nullable=False),
        sa.Column("content_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_form_draft__task_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_form_draft__person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_draft")),
        sa.UniqueConstraint("task_id", "person_id", "act", name=op.f("uq_form_draft__task_id_person_id_act")),
    )
    op.create_index("ix_form_draft__expires", "form_draft", ["expires_at"])


def downgrade() -> None:
    op.drop_index("ix_form_draft__expires", table_name="form_draft")
    op.drop_table("form_draft")
