"""questions that are added to the topic guide of one interview"""

from alembic import op
import sqlalchemy as sa

revision = "013"
down_revision = "012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_prompt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_own_prompt_inspection_id")),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name=op.f("fk_own_prompt_interview_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_prompt")),
        sa.UniqueConstraint("interview_id", "number", name=op.f("uq_own_prompt_interview_id_number")),
    )
    op.create_index(op.f("ix_own_prompt_inspection_id"), "own_prompt", ["inspection_id"])


def downgrade() -> None:
    op.drop_table("own_prompt")
