"""what inspectors raise with the lead, and the answers"""

from alembic import op
import sqlalchemy as sa

revision = "029"
down_revision = "028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "raised_matter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by_id", sa.Uuid(), nullable=False),
        sa.Column("raised_by", sa.Text(), nullable=False),
        sa.Column("dealt_with_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_raised_matter_inspection_id")),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name=op.f("fk_raised_matter_interview_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raised_matter")),
    )
    op.create_index(op.f("ix_raised_matter_inspection_id"), "raised_matter", ["inspection_id"])
    op.create_index(op.f("ix_raised_matter_interview_id"), "raised_matter", ["interview_id"])
    op.create_table(
        "raised_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["raised_matter.id"], name=op.f("fk_raised_answer_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raised_answer")),
    )
    op.create_index(op.f("ix_raised_answer_matter_id"), "raised_answer", ["matter_id"])


def downgrade() -> None:
    op.drop_table("raised_answer")
    op.drop_table("raised_matter")
