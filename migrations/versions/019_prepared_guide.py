"""topic guides that were prepared for one interview"""

from alembic import op
import sqlalchemy as sa

revision = "019"
down_revision = "018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prepared_guide",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("prompts", sa.JSON(), nullable=False),
        sa.Column("wordings", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_prepared_guide_inspection_id")),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name=op.f("fk_prepared_guide_interview_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepared_guide")),
        sa.UniqueConstraint("interview_id", name=op.f("uq_prepared_guide_interview_id")),
    )
    op.create_index(op.f("ix_prepared_guide_inspection_id"), "prepared_guide", ["inspection_id"])


def downgrade() -> None:
    op.drop_table("prepared_guide")
