"""keys of sign-ins, to which devices seal the notes that wait on them"""

from alembic import op
import sqlalchemy as sa

revision = "020"
down_revision = "019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "capture_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_capture_key_person_id")),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_in.id"], name=op.f("fk_capture_key_sign_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_key")),
        sa.UniqueConstraint("sign_in_id", name=op.f("uq_capture_key_sign_in_id")),
    )
    op.create_index(op.f("ix_capture_key_person_id"), "capture_key", ["person_id"])


def downgrade() -> None:
    op.drop_table("capture_key")
