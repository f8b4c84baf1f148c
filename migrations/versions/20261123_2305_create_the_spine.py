"""Create the spine: units, people, campaigns, tasks, clocks, notices, events, deliveries.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# Two rules that no code path may get round: what was recorded stays as it is, and a production database never
# becomes a sample, nor does a sample's time run back.
GUARDS = """
CREATE SEQUENCE ref_number;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never updated or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_is_never_truncated BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER firing_is_append_only BEFORE UPDATE OR DELETE ON firing
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER seal_leaf_is_append_only BEFORE UPDATE OR DELETE ON seal_leaf
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION guard_installation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.is_sample IS DISTINCT FROM OLD.is_sample THEN
        RAISE EXCEPTION 'whether a database is a sample is decided once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.sample_offset < OLD.sample_offset THEN
        RAISE EXCEPTION 'the time of a sample only moves forward' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER installation_is_guarded BEFORE UPDATE OR DELETE ON installation
    FOR EACH ROW EXECUTE FUNCTION guard_installation();
"""

UNGUARD = """
DROP TRIGGER installation_is_guarded ON installation;
DROP TRIGGER seal_leaf_is_append_only ON seal_leaf;
DROP TRIGGER firing_is_append_only ON firing;
DROP TRIGGER event_is_never_truncated ON event;
DROP TRIGGER event_is_append_only ON event;
DROP FUNCTION guard_installation();
DROP FUNCTION refuse_change();
DROP SEQUENCE ref_number;
"""

# Clocks and tasks are rewritten all day; room in their pages keeps most of these updates out of the indexes.
SETTINGS = """
ALTER TABLE clock SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE task SET (fillfactor = 85);
ALTER TABLE stream SET (fillfactor = 70);
"""


def upgrade() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("sample_offset", sa.Interval(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "is_sample OR sample_offset = interval '0'", name=op.f("ck_installation__offset_in_samples_only")
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation__only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "ladder_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_version")),
        sa.UniqueConstraint("key", "content_hash", name=op.f("uq_ladder_version__key_content_hash")),
    )
    op.create_index("ix_ladder_version__newest", "ladder_version", ["key", "id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("email_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "seal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaves", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
    )
    op.create_table(
        "stream",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('task', 'notice', 'unit', 'campaign', 'person', 'settings')",
            name=op.f("ck_stream__kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_stream__kind_subject_id")),
    )
    op.create_index("ix_stream__unsealed", "stream", ["id"], unique=False, postgresql_where=sa.text("seq > sealed_seq"))
    op.create_table(
        "unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("successor_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["successor_id"], ["unit.id"], name=op.f("fk_unit__successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("key", name=op.f("uq_unit__key")),
    )
    op.create_table(
        "workflow_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_version")),
        sa.UniqueConstraint("key", "content_hash", name=op.f("uq_workflow_version__key_content_hash")),
    )
    op.create_index("ix_workflow_version__newest", "workflow_version", ["key", "id"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("failed_tries", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account__person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account__username")),
    )
    op.create_index(op.f("ix_account__person_id"), "account", ["person_id"], unique=False)
    op.create_table(
        "blob_chunk",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_blob_chunk__sha256")),
        sa.PrimaryKeyConstraint("sha256", "position", name=op.f("pk_blob_chunk")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("grave", sa.Boolean(), nullable=False),
        sa.Column("address_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("segments", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("resent", sa.Boolean(), nullable=False),
        sa.Column("gathered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f("ck_delivery__channel")),
        sa.CheckConstraint(
            "status IN ('gathered', 'submitting', 'accepted', 'delivered', 'failed', 'unknown', 'cancelled')",
            name=op.f("ck_delivery__status"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_delivery__person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("ref", name=op.f("uq_delivery__ref")),
    )
    op.create_index("ix_delivery__person", "delivery", ["person_id", "id"], unique=False)
    op.create_index(
        "ix_delivery__to_send",
        "delivery",
        ["next_try_at"],
        unique=False,
        postgresql_where="status IN ('gathered', 'submitting')",
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("stream_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=True),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_event__stream_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("stream_id", "seq", name=op.f("uq_event__stream_id_seq")),
    )
    op.create_index("ix_event__at", "event", ["at"], unique=False, postgresql_using="brin")
    op.create_table(
        "office",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_office__unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_office__unit_id")),
    )
    op.create_table(
        "seal_leaf",
        sa.Column("seal_id", sa.BigInteger(), nullable=False),
        sa.Column("stream_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["seal_id"], ["seal.id"], name=op.f("fk_seal_leaf__seal_id")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_seal_leaf__stream_id")),
        sa.PrimaryKeyConstraint("seal_id", "stream_id", name=op.f("pk_seal_leaf")),
    )
    op.create_table(
        "unit_name",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("bigrams", sa.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_unit_name__span")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_name__parent_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_name__unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_name")),
        sa.UniqueConstraint("unit_id", "valid_from", name=op.f("uq_unit_name__unit_id_valid_from")),
    )
    op.create_index("ix_unit_name__bigrams", "unit_name", ["bigrams"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_unit_name__parent", "unit_name", ["parent_id"], unique=False, postgresql_where="valid_to IS NULL"
    )
    op.create_index("ix_unit_name__present", "unit_name", ["unit_id"], unique=True, postgresql_where="valid_to IS NULL")
    op.create_table(
        "calendar_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("published_years", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_calendar_version__office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_version")),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('draft', 'issued', 'closed')", name=op.f("ck_campaign__status")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_campaign__period")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_campaign__office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("key", name=op.f("uq_campaign__key")),
        sa.UniqueConstraint("ref", name=op.f("uq_campaign__ref")),
    )
    op.create_index(op.f("ix_campaign__office_id"), "campaign", ["office_id"], unique=False)
    op.create_table(
        "event_personal",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("blanked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_personal__event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_personal")),
    )
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_session__account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session__account_id"), "login_session", ["account_id"], unique=False)
    op.create_table(
        "number_series",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_number_series__office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_series")),
        sa.UniqueConstraint("office_id", "word", "year", name=op.f("uq_number_series__office_id_word_year")),
    )
    op.create_table(
        "unit_set",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_unit_set__office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_set")),
        sa.UniqueConstraint("office_id", "name", name=op.f("uq_unit_set__office_id_name")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("calendar_version_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_version_id"],
            ["calendar_version.id"],
            name=op.f("fk_calendar_day__calendar_version_id"),
        ),
        sa.PrimaryKeyConstraint("calendar_version_id", "day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_incident__campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(
        "ix_incident__open",
        "incident",
        ["kind", "subject"],
        unique=True,
        postgresql_where="resolved_at IS NULL",
    )
    op.create_table(
        "measure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("workflow_key", sa.Text(), nullable=False),
        sa.Column("units", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("source_span", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("bigrams", sa.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_measure__campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_measure__campaign_id_key")),
    )
    op.create_index("ix_measure__bigrams", "measure", ["bigrams"], unique=False, postgresql_using="gin")
    op.create_table(
        "phase",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_phase__campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_phase__campaign_id_key")),
    )
    op.create_table(
        "post",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role IN ('office', 'supervisor', 'leader', 'area_leader', 'head', 'liaison', 'system_admin', 'security_admin', 'audit_admin')",
            name=op.f("ck_post__role"),
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_post__span")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_post__campaign_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post__person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_post__unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index("ix_post__person", "post", ["person_id"], unique=False)
    op.create_index("ix_post__unit_role", "post", ["unit_id", "role"], unique=False)
    op.create_table(
        "unit_set_member",
        sa.Column("unit_set_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_set_member__unit_id")),
        sa.ForeignKeyConstraint(["unit_set_id"], ["unit_set.id"], name=op.f("fk_unit_set_member__unit_set_id")),
        sa.PrimaryKeyConstraint("unit_set_id", "unit_id", name=op.f("pk_unit_set_member")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("measure_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('lead', 'support', 'each')", name=op.f("ck_assignment__role")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_assignment__measure_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assignment__unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("measure_id", "unit_id", "role", name=op.f("uq_assignment__measure_id_unit_id_role")),
    )
    op.create_index("ix_assignment__unit", "assignment", ["unit_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("measure_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("workflow_key", sa.Text(), nullable=False),
        sa.Column("workflow_version_id", sa.BigInteger(), nullable=False),
        sa.Column("period_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("sent_back", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("severity_raise", sa.SmallInteger(), nullable=False),
        sa.Column("last_doers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "waits_for IN ('unit', 'supervisor', 'office', 'leader', 'nobody')",
            name=op.f("ck_task__waits_for"),
        ),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_task__assignment_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_task__campaign_id")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_task__measure_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["task.id"], name=op.f("fk_task__parent_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_task__unit_id")),
        sa.ForeignKeyConstraint(
            ["workflow_version_id"], ["workflow_version.id"], name=op.f("fk_task__workflow_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("assignment_id", "period_key", name=op.f("uq_task__assignment_id_period_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_task__ref")),
    )
    op.create_index("ix_task__campaign_unit", "task", ["campaign_id", "unit_id"], unique=False)
    op.create_index("ix_task__parent", "task", ["parent_id"], unique=False, postgresql_where="parent_id IS NOT NULL")
    op.create_index("ix_task__unit_open", "task", ["unit_id", "due_at"], unique=False, postgresql_where="NOT final")
    op.create_index(
        "ix_task__waiting", "task", ["campaign_id", "waits_for"], unique=False, postgresql_where="NOT final"
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_class", sa.Text(), nullable=False),
        sa.Column("due_rule", sa.Text(), nullable=False),
        sa.Column("cutoff", sa.Text(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("calendar_version_id", sa.BigInteger(), nullable=False),
        sa.Column("ladder_version_id", sa.BigInteger(), nullable=False),
        sa.Column("ladder_from_on", sa.Date(), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("quality_failures", sa.BigInteger(), nullable=False),
        sa.Column("failed_rechecks", sa.BigInteger(), nullable=False),
        sa.Column("ordered_rungs", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("next_fire_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("due_class IN ('fixed', 'told', 'computed')", name=op.f("ck_clock__due_class")),
        sa.CheckConstraint("next_fire_at IS NULL OR status = 'running'", name=op.f("ck_clock__only_running_fires")),
        sa.CheckConstraint("status IN ('running', 'held', 'paused', 'done')", name=op.f("ck_clock__status")),
        sa.ForeignKeyConstraint(
            ["calendar_version_id"], ["calendar_version.id"], name=op.f("fk_clock__calendar_version_id")
        ),
        sa.ForeignKeyConstraint(["ladder_version_id"], ["ladder_version.id"], name=op.f("fk_clock__ladder_version_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_clock__task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        sa.UniqueConstraint("task_id", "name", name=op.f("uq_clock__task_id_name")),
    )
    op.create_index(
        "ix_clock__next_fire",
        "clock",
        ["next_fire_at"],
        unique=False,
        postgresql_where="next_fire_at IS NOT NULL",
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("gathering", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("approved_hash", sa.Text(), nullable=True),
        sa.Column("printed_unit_name", sa.Text(), nullable=False),
        sa.Column("number_series_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("printed_number", sa.Text(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_due_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(number IS NULL) = (number_series_id IS NULL)", name=op.f("ck_notice__numbered")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_notice__campaign_id")),
        sa.ForeignKeyConstraint(["number_series_id"], ["number_series.id"], name=op.f("fk_notice__number_series_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_notice__office_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_notice__task_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_notice__unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("number_series_id", "number", name=op.f("uq_notice__number_series_id_number")),
        sa.UniqueConstraint("ref", name=op.f("uq_notice__ref")),
        sa.UniqueConstraint("task_id", name=op.f("uq_notice__task_id")),
    )
    op.create_index("ix_notice__campaign_unit", "notice", ["campaign_id", "unit_id"], unique=False)
    op.create_index(
        "ix_notice__open_draft",
        "notice",
        ["campaign_id", "unit_id", "kind", "severity"],
        unique=True,
        postgresql_where="gathering",
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("transition", sa.Text(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("workflow_version_id", sa.BigInteger(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_submission__person_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_submission__task_id")),
        sa.ForeignKeyConstraint(
            ["workflow_version_id"], ["workflow_version.id"], name=op.f("fk_submission__workflow_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    op.create_index("ix_submission__task", "submission", ["task_id", "id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_attachment__sha256")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_attachment__submission_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_attachment__task_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_attachment__uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("ref", name=op.f("uq_attachment__ref")),
    )
    op.create_index("ix_attachment__task", "attachment", ["task_id"], unique=False)
    op.create_table(
        "extension",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        sa.Column("old_due_on", sa.Date(), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('asked', 'granted', 'refused', 'dropped')", name=op.f("ck_extension__status")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_extension__asked_by")),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_extension__clock_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_extension__decided_by")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_extension__task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index("ix_extension__open", "extension", ["task_id"], unique=True, postgresql_where="status = 'asked'")
    op.create_index("ix_extension__task", "extension", ["task_id"], unique=False)
    op.create_table(
        "firing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        sa.Column("rung", sa.SmallInteger(), nullable=False),
        sa.Column("rung_name", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("fell_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cause IN ('late', 'quality', 'recheck', 'order')", name=op.f("ck_firing__cause")),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_firing__clock_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_firing__task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firing")),
        sa.UniqueConstraint("clock_id", "occurrence", "rung", name=op.f("uq_firing__clock_id_occurrence_rung")),
    )
    op.create_index(op.f("ix_firing__task_id"), "firing", ["task_id"], unique=False)
    op.create_table(
        "problem",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("found_in_task_id", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("rectification_task_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("risk_grade", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("leader", sa.Text(), nullable=False),
        sa.Column("limit_on", sa.Date(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bigrams", sa.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_problem__campaign_id")),
        sa.ForeignKeyConstraint(["found_in_task_id"], ["task.id"], name=op.f("fk_problem__found_in_task_id")),
        sa.ForeignKeyConstraint(["rectification_task_id"], ["task.id"], name=op.f("fk_problem__rectification_task_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_problem__submission_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_problem__unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
        sa.UniqueConstraint("rectification_task_id", name=op.f("uq_problem__rectification_task_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_problem__ref")),
    )
    op.create_index("ix_problem__bigrams", "problem", ["bigrams"], unique=False, postgresql_using="gin")
    op.create_index("ix_problem__campaign_unit", "problem", ["campaign_id", "unit_id"], unique=False)
    op.create_index(op.f("ix_problem__found_in_task_id"), "problem", ["found_in_task_id"], unique=False)
    op.create_table(
        "told",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("notice_id", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("grave", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gathered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_told__campaign_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_told__notice_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_told__person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_told__post_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_told__task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
        sa.UniqueConstraint("cause", "person_id", name=op.f("uq_told__cause_person_id")),
    )
    op.create_index("ix_told__person", "told", ["person_id", "id"], unique=False)
    op.create_index("ix_told__task", "told", ["task_id"], unique=False)
    op.create_index("ix_told__ungathered", "told", ["person_id"], unique=False, postgresql_where="gathered_at IS NULL")
    op.create_table(
        "delivery_item",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("told_id", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_item__delivery_id")),
        sa.ForeignKeyConstraint(["told_id"], ["told.id"], name=op.f("fk_delivery_item__told_id")),
        sa.PrimaryKeyConstraint("delivery_id", "told_id", name=op.f("pk_delivery_item")),
    )
    op.create_index(op.f("ix_delivery_item__told_id"), "delivery_item", ["told_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("firing_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('waiting', 'struck', 'waived', 'issued', 'obsolete')", name=op.f("ck_finding__status")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_finding__campaign_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_finding__decided_by")),
        sa.ForeignKeyConstraint(["firing_id"], ["firing.id"], name=op.f("fk_finding__firing_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_finding__task_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_finding__unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("firing_id", name=op.f("uq_finding__firing_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_finding__ref")),
    )
    op.create_index("ix_finding__task", "finding", ["task_id"], unique=False)
    op.create_index(
        "ix_finding__waiting",
        "finding",
        ["campaign_id", "unit_id"],
        unique=False,
        postgresql_where="status = 'waiting'",
    )
    op.create_table(
        "notice_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("finding_id", sa.BigInteger(), nullable=True),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_by", sa.BigInteger(), nullable=True),
        sa.Column("strike_reason", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("leader", sa.Text(), nullable=False),
        sa.Column("limit_on", sa.Date(), nullable=True),
        sa.Column("rectification_task_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_notice_item__finding_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_item__notice_id")),
        sa.ForeignKeyConstraint(
            ["rectification_task_id"], ["task.id"], name=op.f("fk_notice_item__rectification_task_id")
        ),
        sa.ForeignKeyConstraint(["struck_by"], ["person.id"], name=op.f("fk_notice_item__struck_by")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_notice_item__task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_item")),
        sa.UniqueConstraint("rectification_task_id", name=op.f("uq_notice_item__rectification_task_id")),
    )
    op.create_index(
        "ix_notice_item__finding",
        "notice_item",
        ["finding_id"],
        unique=True,
        postgresql_where="finding_id IS NOT NULL",
    )
    op.create_index("ix_notice_item__notice", "notice_item", ["notice_id", "position"], unique=False)
    op.execute(GUARDS)
    op.execute(SETTINGS)


def downgrade() -> None:
    op.execute(UNGUARD)
    op.drop_index("ix_notice_item__notice", table_name="notice_item")
    op.drop_index("ix_notice_item__finding", table_name="notice_item", postgresql_where="finding_id IS NOT NULL")
    op.drop_table("notice_item")
    op.drop_index("ix_finding__waiting", table_name="finding", postgresql_where="status = 'waiting'")
    op.drop_index("ix_finding__task", table_name="finding")
    op.drop_table("finding")
    op.drop_index(op.f("ix_delivery_item__told_id"), table_name="delivery_item")
    op.drop_table("delivery_item")
    op.drop_index("ix_told__ungathered", table_name="told", postgresql_where="gathered_at IS NULL")
    op.drop_index("ix_told__task", table_name="told")
    op.drop_index("ix_told__person", table_name="told")
    op.drop_table("told")
    op.drop_index(op.f("ix_problem__found_in_task_id"), table_name="problem")
    op.drop_index("ix_problem__campaign_unit", table_name="problem")
    op.drop_index("ix_problem__bigrams", table_name="problem", postgresql_using="gin")
    op.drop_table("problem")
    op.drop_index(op.f("ix_firing__task_id"), table_name="firing")
    op.drop_table("firing")
    op.drop_index("ix_extension__task", table_name="extension")
    op.drop_index("ix_extension__open", table_name="extension", postgresql_where="status = 'asked'")
    op.drop_table("extension")
    op.drop_index("ix_attachment__task", table_name="attachment")
    op.drop_table("attachment")
    op.drop_index("ix_submission__task", table_name="submission")
    op.drop_table("submission")
    op.drop_index("ix_notice__open_draft", table_name="notice", postgresql_where="gathering")
    op.drop_index("ix_notice__campaign_unit", table_name="notice")
    op.drop_table("notice")
    op.drop_index("ix_clock__next_fire", table_name="clock", postgresql_where="next_fire_at IS NOT NULL")
    op.drop_table("clock")
    op.drop_index("ix_task__waiting", table_name="task", postgresql_where="NOT final")
    op.drop_index("ix_task__unit_open", table_name="task", postgresql_where="NOT final")
    op.drop_index("ix_task__parent", table_name="task", postgresql_where="parent_id IS NOT NULL")
    op.drop_index("ix_task__campaign_unit", table_name="task")
    op.drop_table("task")
    op.drop_index("ix_assignment__unit", table_name="assignment")
    op.drop_table("assignment")
    op.drop_table("unit_set_member")
    op.drop_index("ix_post__unit_role", table_name="post")
    op.drop_index("ix_post__person", table_name="post")
    op.drop_table("post")
    op.drop_table("phase")
    op.drop_index("ix_measure__bigrams", table_name="measure", postgresql_using="gin")
    op.drop_table("measure")
    op.drop_index("ix_incident__open", table_name="incident", postgresql_where="resolved_at IS NULL")
    op.drop_table("incident")
    op.drop_table("calendar_day")
    op.drop_table("unit_set")
    op.drop_table("number_series")
    op.drop_index(op.f("ix_login_session__account_id"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_table("event_personal")
    op.drop_index(op.f("ix_campaign__office_id"), table_name="campaign")
    op.drop_table("campaign")
    op.drop_table("calendar_version")
    op.drop_index("ix_unit_name__present", table_name="unit_name", postgresql_where="valid_to IS NULL")
    op.drop_index("ix_unit_name__parent", table_name="unit_name", postgresql_where="valid_to IS NULL")
    op.drop_index("ix_unit_name__bigrams", table_name="unit_name", postgresql_using="gin")
    op.drop_table("unit_name")
    op.drop_table("seal_leaf")
    op.drop_table("office")
    op.drop_index("ix_event__at", table_name="event", postgresql_using="brin")
    op.drop_table("event")
    op.drop_index(
        "ix_delivery__to_send", table_name="delivery", postgresql_where="status IN ('gathered', 'submitting')"
    )
    op.drop_index("ix_delivery__person", table_name="delivery")
    op.drop_table("delivery")
    op.drop_table("blob_chunk")
    op.drop_index(op.f("ix_account__person_id"), table_name="account")
    op.drop_table("account")
    op.drop_index("ix_workflow_version__newest", table_name="workflow_version")
    op.drop_table("workflow_version")
    op.drop_table("unit")
    op.drop_index("ix_stream__unsealed", table_name="stream", postgresql_where=sa.text("seq > sealed_seq"))
    op.drop_table("stream")
    op.drop_table("seal")
    op.drop_table("person")
    op.drop_index("ix_ladder_version__newest", table_name="ladder_version")
    op.drop_table("ladder_version")
    op.drop_table("installation")
    op.drop_table("blob")
