"""Let the proposals of a plan be accepted, cut and moved: places in the text, words as read, ladders by workflow, a record.

What was edited before cannot be taken back any more: the former edits have the former shape.

Revision ID: 0026_accept_proposals
Revises: 0025_visits
"""

from alembic import op

revision = "0026_accept_proposals"
down_revision = "0025_visits"
branch_labels = None
depends_on = None

_KINDS = "'task', 'notice', 'unit', 'campaign', 'person', 'settings', 'visit'"
_MEASURES = """
    UPDATE plan_draft SET earlier = '[]', content = content {head} || jsonb_build_object('measures', coalesce((
        SELECT jsonb_agg({measure} ORDER BY place)
        FROM jsonb_array_elements(content->'measures') WITH ORDINALITY AS each(one, place)), '[]'))"""


def _kinds_of_streams(kinds: str) -> None:
    """Put another check in place. Events stay for ever, so what stands there already is not asked."""
    op.execute("ALTER TABLE stream DROP CONSTRAINT ck_stream__kind")
    op.execute(f"ALTER TABLE stream ADD CONSTRAINT ck_stream__kind CHECK (kind IN ({kinds})) NOT VALID")


def upgrade() -> None:
    _kinds_of_streams(f"{_KINDS}, 'plan'")
    op.execute("ALTER TABLE stream VALIDATE CONSTRAINT ck_stream__kind")
    op.execute(
        _MEASURES.format(
            head="""|| '{"ladders": {}}'""",
            measure="""(one - 'span') || jsonb_build_object('spans', jsonb_build_array(one->'span'), 'read', one->'text',
                'kind', '其他', 'kind_words', '[]'::jsonb, 'accepted', false, 'when', (one->'when') || '{"by_month": ""}')""",
        )
    )


def downgrade() -> None:
    _kinds_of_streams(_KINDS)
    op.execute(
        _MEASURES.format(
            head="- 'ladders'",
            measure="""(one - 'spans' - 'read' - 'kind' - 'kind_words' - 'accepted') || jsonb_build_object(
                'span', jsonb_build_array(one->'spans'->0->0, one->'spans'->-1->1), 'when', (one->'when') - 'by_month')""",
        )
    )
