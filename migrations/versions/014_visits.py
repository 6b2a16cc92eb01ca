"""visits to Areas: dates, who goes, lines of enquiry, debriefs"""

from alembic import op
import sqlalchemy as sa

revision = "014"
down_revision = "013"
branch_labels = None
depends_on = None


def _created() -> tuple[sa.Column, ...]:
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "visit",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("arranged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_created(),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_visit_inspection_id")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_visit_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("inspection_id", "number", name=op.f("uq_visit_inspection_id_number")),
    )
    op.create_table(
        "visit_inspector",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_inspector_visit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visit_inspector_person_id")),
        sa.PrimaryKeyConstraint("visit_id", "person_id", name=op.f("pk_visit_inspector")),
    )
    op.create_index(op.f("ix_visit_inspector_person_id"), "visit_inspector", ["person_id"])
    op.create_table(
        "line_of_enquiry",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        *_created(),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_line_of_enquiry_inspection_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_line_of_enquiry_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_of_enquiry")),
    )
    op.create_index(op.f("ix_line_of_enquiry_visit_id"), "line_of_enquiry", ["visit_id"])
    op.create_table(
        "debrief",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rival_of_id", sa.Uuid(), nullable=True),
        *_created(),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_debrief_inspection_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_debrief_visit_id")),
        sa.ForeignKeyConstraint(["rival_of_id"], ["debrief.id"], name=op.f("fk_debrief_rival_of_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debrief")),
    )
    op.create_index(op.f("ix_debrief_visit_id"), "debrief", ["visit_id"])


def downgrade() -> None:
    for name in ("debrief", "line_of_enquiry", "visit_inspector", "visit"):
        op.drop_table(name)
