"""Let an occurrence that was recorded by mistake be voided, and the right one be recorded.

Revision ID: 0011_void_occurrences
Revises: 0010_former_cadences
"""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "0011_void_occurrences"
down_revision = "0010_former_cadences"
branch_labels = None
depends_on = None

TABLE = "recorded_occurrence"
OLD = "uq_recorded_occurrence__campaign_id_unit_id_kind_occurred_on"
BY = "fk_recorded_occurrence__voided_by__person"
ONE = ["campaign_id", "unit_id", "kind", "occurred_on"]


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(TABLE, sa.Column("voided_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f(BY), TABLE, "person", ["voided_by"], ["id"])
    op.add_column(TABLE, sa.Column("void_reason", sa.Text(), nullable=True))
    op.drop_constraint(op.f(OLD), TABLE, type_="unique")
    op.create_index(
        "uq_recorded_occurrence__standing", TABLE, ONE, unique=True, postgresql_where=sa.text("voided_at IS NULL")
    )


def downgrade() -> None:
    # An earlier release would count a voided one as standing, and had one row a day: dropped silently it would be gone.
    if voided := op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {TABLE} WHERE voided_at IS NOT NULL")):
        raise CommandError(
            f"不能回退到0011_void_occurrences之前：已有{voided}条作废的情况登记，旧版本存不下作废的记录。请用升级前的备份恢复。"
        )
    op.drop_index("uq_recorded_occurrence__standing", table_name=TABLE)
    op.create_unique_constraint(op.f(OLD), TABLE, ONE)
    for name in ("void_reason", "voided_by", "voided_at"):
        op.drop_column(TABLE, name)
