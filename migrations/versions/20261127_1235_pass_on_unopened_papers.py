"""Let a rung fire because nobody opened a served paper.

Revision ID: 0015_unopened
Revises: 0014_rounds
"""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

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
    # What fired is a fact of the record; the release before does not know this cause and cannot hold it.
    if fired := op.get_bind().scalar(sa.text("SELECT count(*) FROM firing WHERE cause = 'unopened'")):
        raise CommandError(
            f"不能回退到0015_unopened之前：已有{fired}次因文书无人拆阅的触发，旧版本存不下，删去会缺记录。请用升级前的备份恢复。"
        )
    _allow(BEFORE)
