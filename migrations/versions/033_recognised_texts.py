"""texts whose words were recognised in a picture"""

from alembic import op
import sqlalchemy as sa

revision = "033"
down_revision = "032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("source_text") as text:
        text.add_column(sa.Column("recognised", sa.Boolean(), nullable=False, server_default=sa.false()))
    # The default was for the rows that are there.
    with op.batch_alter_table("source_text") as text:
        text.alter_column("recognised", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("source_text") as text:
        text.drop_column("recognised")
