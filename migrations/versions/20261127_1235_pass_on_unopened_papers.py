"""Let a rung fire because nobody opened a served paper.

Revision ID: 0015_unopened
Revises: 0014_rounds
"""

from alembic import op

revision = "0015_unopened"
down_revision = "0014_rounds"
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
