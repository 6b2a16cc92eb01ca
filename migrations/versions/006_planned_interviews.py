"""planned interviews: who leads and takes notes, how far each is, what is planned with each role of each body"""

from alembic import op
import sqlalchemy as sa

revision = "006"
down_revision = "005"
branch_labels = None
depends_on = None

MOMENTS = ("finished_at", "written_up_at", "signed_off_at", "reopened_at", "cancelled_at")
WORDS = ("attendee_roles", "signed_off_by", "cancelled_reason")
PEOPLE = ("lead_id", "note_taker_id")


def upgrade() -> None:
    op.create_table(
        "interview_plan",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_interview_plan_inspection_id")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_interview_plan_body_id")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_interview_plan_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_plan")),
        sa.UniqueConstraint("body_id", "role_id", name=op.f("uq_interview_plan_body_id_role_id")),
    )
    op.create_index(op.f("ix_interview_plan_inspection_id"), "interview_plan", ["inspection_id"])
    with op.batch_alter_table("interview", schema=None) as batch_op:
        for name in MOMENTS:
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        for name in WORDS:
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("attendees", sa.Integer(), nullable=True))
        for name in PEOPLE:
            batch_op.add_column(sa.Column(name, sa.Uuid(), nullable=True))
            batch_op.create_foreign_key(op.f(f"fk_interview_{name}"), "person", [name], ["id"])
            batch_op.create_index(op.f(f"ix_interview_{name}"), [name])
    with op.batch_alter_table("interview", schema=None) as batch_op:
        for name in WORDS:
            batch_op.alter_column(name, existing_type=sa.Text(), server_default=None)
    # Until now nobody could say that an interview was over: those with notes were held, and are to be written up.
    op.execute(
        "UPDATE interview SET finished_at ="
        " (SELECT max(note.saved_at) FROM note WHERE note.interview_id = interview.id)"
        " WHERE notes_taken > 0"
    )


def downgrade() -> None:
    with op.batch_alter_table("interview", schema=None) as batch_op:
        for name in PEOPLE:
            batch_op.drop_index(op.f(f"ix_interview_{name}"))
            batch_op.drop_constraint(op.f(f"fk_interview_{name}"), type_="foreignkey")
        for name in (*MOMENTS, *WORDS, *PEOPLE, "attendees"):
            batch_op.drop_column(name)
    op.drop_table("interview_plan")
