"""who said that the files in a document were looked through"""

from alembic import op
import sqlalchemy as sa

revision = "041"
down_revision = "040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("document") as document:
        document.add_column(sa.Column("files_at", sa.DateTime(timezone=True), nullable=True))
        document.add_column(sa.Column("files_by_id", sa.Uuid(), nullable=True))
        document.add_column(sa.Column("files_by", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("document") as document:
        document.alter_column("files_by", server_default=None)
    # Nobody has said it of a message or archive that is here: its original is closed until somebody does.


def downgrade() -> None:
    with op.batch_alter_table("document") as document:
        document.drop_column("files_by")
        document.drop_column("files_by_id")
        document.drop_column("files_at")
