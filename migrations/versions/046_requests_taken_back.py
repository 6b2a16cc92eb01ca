"""who withdrew a request that the team had added, when and why"""

from alembic import op
import sqlalchemy as sa

revision = "046"
down_revision = "045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("document_request") as request:
        request.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        request.add_column(sa.Column("withdrawn_by", sa.Text(), nullable=False, server_default=""))
        request.add_column(sa.Column("withdrawn_reason", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("document_request") as request:
        request.alter_column("withdrawn_by", server_default=None)
        request.alter_column("withdrawn_reason", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("document_request") as request:
        request.drop_column("withdrawn_reason")
        request.drop_column("withdrawn_by")
        request.drop_column("withdrawn_at")
