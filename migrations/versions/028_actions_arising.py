"""actions that arise in interviews, and which colleagues were there"""

from alembic import op
import sqlalchemy as sa

revision = "028"
down_revision = "027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "interview_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_interview_action_inspection_id")),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name=op.f("fk_interview_action_interview_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_action")),
        sa.UniqueConstraint("interview_id", "number", name=op.f("uq_interview_action_interview_id_number")),
    )
    op.create_index("ix_interview_action_due", "interview_action", ["inspection_id", "due"])
    with op.batch_alter_table("interview") as batch_op:
        batch_op.add_column(sa.Column("colleagues", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("interview") as batch_op:
        batch_op.alter_column("colleagues", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("interview") as batch_op:
        batch_op.drop_column("colleagues")
    op.drop_table("interview_action")
