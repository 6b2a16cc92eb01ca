"""notes that were typed in from paper"""

from alembic import op
import sqlalchemy as sa

revision = "037"
down_revision = "036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("note") as note:
        note.add_column(sa.Column("from_paper", sa.Boolean(), nullable=False, server_default=sa.false()))
    # The default was for the rows that are there: the history says of which it was not so.
    with op.batch_alter_table("note") as note:
        note.alter_column("from_paper", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("note") as note:
        note.drop_column("from_paper")
