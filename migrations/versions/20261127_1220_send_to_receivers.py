"""Messages to groups and systems: a delivery is to a person or to a receiver.

Revision ID: 0012_receivers
Revises: 0011_void_occurrences
"""

import sqlalchemy as sa
from alembic import op

revision = "0012_receivers"
down_revision = "0011_void_occurrences"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("receiver", sa.Text(), server_default="", nullable=False))
    op.alter_column("delivery", "person_id", existing_type=sa.BigInteger(), nullable=True)
    op.create_check_constraint("receiver", "delivery", "(person_id IS NULL) = (receiver <> '')")
    op.create_index(
        "ix_delivery__receiver", "delivery", ["channel", "id"], postgresql_where=sa.text("person_id IS NULL")
    )


def downgrade() -> None:
    op.execute(
        "DELETE FROM delivery_item i USING delivery d WHERE d.id = i.delivery_id AND d.person_id IS NULL"
    )  # fmt: skip
    # What a provider reported of such a message stays, as of one that this release does not know.
    op.execute(
        "UPDATE receipt r SET delivery_id = NULL FROM delivery d WHERE d.id = r.delivery_id AND d.person_id IS NULL"
    )
    op.execute("DELETE FROM delivery WHERE person_id IS NULL")
    op.drop_index("ix_delivery__receiver", table_name="delivery")
    op.drop_constraint(op.f("ck_delivery__receiver"), "delivery", type_="check")
    op.alter_column("delivery", "person_id", existing_type=sa.BigInteger(), nullable=False)
    op.drop_column("delivery", "receiver")
