"""Keep what providers report of messages, when channels rest, and which contacts nobody answers at.

Revision ID: 0007_receipts
Revises: 0007_extension_steps
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_receipts"
down_revision = "0007_extension_steps"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_delivery__channel"), "delivery", type_="check")
    op.add_column("delivery", sa.Column("code", sa.Text(), server_default="", nullable=False))
    op.add_column("delivery", sa.Column("delays", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("delivery", sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("delivery", sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("delivery", sa.Column("asked", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("delivery", sa.Column("held", sa.Boolean(), server_default="false", nullable=False))
    op.create_index(
        "ix_delivery__waiting",
        "delivery",
        ["channel", "next_try_at", "id"],
        postgresql_where=sa.text("status = 'gathered'"),
    )
    op.create_index("ix_delivery__to_ask", "delivery", ["ask_at"], postgresql_where=sa.text("ask_at IS NOT NULL"))
    op.create_index(
        "ix_delivery__provider_id", "delivery", ["provider_id"], postgresql_where=sa.text("provider_id <> ''")
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how IN ('callback', 'query')", name=op.f("ck_receipt__how")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_receipt__delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint(
            "channel", "provider_id", "ref", "code", name=op.f("uq_receipt__channel_provider_id_ref_code")
        ),
    )
    op.create_index("ix_receipt__delivery", "receipt", ["delivery_id"])
    op.create_index(
        "ix_receipt__unmatched", "receipt", ["channel", "provider_id"], postgresql_where=sa.text("delivery_id IS NULL")
    )
    op.create_table(
        "channel_state",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("next_slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_state")),
    )
    op.create_table(
        "contact_trouble",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_trouble__person_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_contact_trouble__delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_trouble")),
    )
    op.create_index(
        "ix_contact_trouble__open",
        "contact_trouble",
        ["person_id", "channel"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("contact_trouble")
    op.drop_table("channel_state")
    op.drop_table("receipt")
    for index in ("ix_delivery__provider_id", "ix_delivery__to_ask", "ix_delivery__waiting"):
        op.drop_index(index, table_name="delivery")
    for column in ("held", "asked", "ask_at", "delivered_at", "delays", "code"):
        op.drop_column("delivery", column)
    op.create_check_constraint(op.f("ck_delivery__channel"), "delivery", "channel IN ('email', 'sms')")
