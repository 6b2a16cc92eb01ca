"""the topic guide beside the stream: ticks, and the prompt that a note is about"""

from alembic import op
import sqlalchemy as sa

revision = "009"
down_revision = "008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.add_column(sa.Column("prompt", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.alter_column("prompt", existing_type=sa.Text(), server_default=None)
    op.create_table(
        "guide_tick",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticked_by_id", sa.Uuid(), nullable=False),
        sa.Column("ticked_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_guide_tick_inspection_id")),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name=op.f("fk_guide_tick_interview_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_tick")),
        sa.UniqueConstraint("interview_id", "part", name=op.f("uq_guide_tick_interview_id_part")),
    )
    op.create_index(op.f("ix_guide_tick_inspection_id"), "guide_tick", ["inspection_id"])


def downgrade() -> None:
    op.drop_table("guide_tick")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_column("prompt")
