"""Let a rung fire because nobody opened a served paper.

Revision ID: 0011_unopened
Revises: 0010_rounds
"""

from alembic import op

revision = "0011_unopened"
down_revision = "0010_rounds"
branch_labels = None
depends_on = None

BEFORE = "cause IN ('late', 'quality', 'recheck', 'order', 'pace', 'history')"
AFTER = "cause IN ('late', 'quality', 'recheck', 'order', 'pace', 'history', 'unopened')"


def _allow(condition: str) -> None:
    op.drop_constraint(op.f("ck_firing__cause"), "firing", type_="check")
    op.create_check_constraint(op.f("ck_firing__cause"), "firing", condition)


def upgrade() -> None:
    _allow(AFTER)


def downgrade() -> None:
    _allow(BEFORE)
