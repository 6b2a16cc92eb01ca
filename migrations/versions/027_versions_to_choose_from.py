"""versions of notes that came second, and what became of them"""

from alembic import op
import sqlalchemy as sa

revision = "027"
down_revision = "026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "note_rival",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("base_id", sa.Uuid(), nullable=True),
        sa.Column("speaker", sa.Text(), nullable=True),
        sa.Column("quote", sa.Boolean(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_note_rival_inspection_id")),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name=op.f("fk_note_rival_interview_id")),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_rival_note_id")),
        sa.ForeignKeyConstraint(["text_id"], ["source_text.id"], name=op.f("fk_note_rival_text_id")),
        sa.ForeignKeyConstraint(["base_id"], ["source_text.id"], name=op.f("fk_note_rival_base_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_rival")),
    )
    op.create_index(op.f("ix_note_rival_note_id"), "note_rival", ["note_id"])
    op.create_index(
        "ix_note_rival_open",
        "note_rival",
        ["interview_id"],
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("note_rival")
