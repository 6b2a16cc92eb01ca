"""other sources: observations, performance data, what stakeholders sent or said"""

from alembic import op
import sqlalchemy as sa

revision = "003"
down_revision = "002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "other_source",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["source.id"], name=op.f("fk_other_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_source")),
    )


def downgrade() -> None:
    op.drop_table("other_source")
