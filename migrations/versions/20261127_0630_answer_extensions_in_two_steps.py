"""Let extensions be answered in two steps: the supervisors examine, a leader approves.

Revision ID: 0007_extension_steps
Revises: 0006_ladders
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_extension_steps"
down_revision = "0006_ladders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("extension", sa.Column("steps", sa.SmallInteger(), server_default="1", nullable=False))
    op.add_column("extension", sa.Column("examined_by", sa.BigInteger(), nullable=True))
    op.add_column("extension", sa.Column("examined_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("extension", sa.Column("examined_on", sa.Date(), nullable=True))
    op.add_column("extension", sa.Column("examination", sa.Text(), server_default="", nullable=False))
    op.create_foreign_key(op.f("fk_extension__examined_by"), "extension", "person", ["examined_by"], ["id"])
    op.create_check_constraint(op.f("ck_extension__steps"), "extension", "steps IN (1, 2)")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_extension__steps"), "extension", type_="check")
    op.drop_constraint(op.f("fk_extension__examined_by"), "extension", type_="foreignkey")
    for column in ("examination", "examined_on", "examined_at", "examined_by", "steps"):
        op.drop_column("extension", column)
