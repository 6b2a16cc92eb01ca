"""an index for the names of all interviews of an inspection, which each saved note is compared with"""

from alembic import op

revision = "023"
down_revision = "022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_interviewee_inspection_id"), "interviewee", ["inspection_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_interviewee_inspection_id"), "interviewee")
