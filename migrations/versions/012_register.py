"""register: document requests, what happened to them, the files that answer them"""

from alembic import op
import sqlalchemy as sa

revision = "012"
down_revision = "011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_request",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asked_of", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("minimum", sa.Integer(), nullable=True),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("nil_return", sa.Text(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("depends_on", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_document_request_body_id")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_document_request_inspection_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_document_request_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_request")),
        sa.UniqueConstraint("inspection_id", "code", "body_id", name=op.f("uq_document_request_inspection_id_code_body_id")),
    )
    op.create_table(
        "request_event",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("new_due", sa.Date(), nullable=True),
        sa.Column("next_chase", sa.Date(), nullable=True),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("last", sa.Boolean(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("strikes_id", sa.Uuid(), nullable=True),
        sa.Column("lifted_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_request_event_inspection_id")),
        sa.ForeignKeyConstraint(["lifted_id"], ["document.id"], name=op.f("fk_request_event_lifted_id")),
        sa.ForeignKeyConstraint(["request_id"], ["document_request.id"], name=op.f("fk_request_event_request_id")),
        sa.ForeignKeyConstraint(["strikes_id"], ["request_event.id"], name=op.f("fk_request_event_strikes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_event")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_request_event_request_id_number")),
        sa.UniqueConstraint("strikes_id", name=op.f("uq_request_event_strikes_id")),
    )
    with op.batch_alter_table("request_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_event_inspection_id"), ["inspection_id"], unique=False)
    op.create_table(
        "request_file",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("unit >= 1", name=op.f("ck_request_file_unit")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_request_file_document_id")),
        sa.ForeignKeyConstraint(["event_id"], ["request_event.id"], name=op.f("fk_request_file_event_id")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_request_file_inspection_id")),
        sa.ForeignKeyConstraint(["request_id"], ["document_request.id"], name=op.f("fk_request_file_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_file")),
    )
    with op.batch_alter_table("request_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_file_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_file_inspection_id"), ["inspection_id"], unique=False)
        batch_op.create_index(
            "uq_request_file_standing",
            ["request_id", "document_id", "unit", "part"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
    op.create_table(
        "unrequested",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_unrequested_document_id")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_unrequested_inspection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unrequested")),
        sa.UniqueConstraint("document_id", name=op.f("uq_unrequested_document_id")),
    )


def downgrade() -> None:
    op.drop_table("unrequested")
    op.drop_table("request_file")
    op.drop_table("request_event")
    op.drop_table("document_request")
