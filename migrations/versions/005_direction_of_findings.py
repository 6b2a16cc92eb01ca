"""what a file finding shows: the strength rule counts it in that direction"""

from alembic import op
import sqlalchemy as sa

revision = "005"
down_revision = "004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("file_finding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("direction", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("file_finding", schema=None) as batch_op:
        batch_op.alter_column("direction", existing_type=sa.Text(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("file_finding", schema=None) as batch_op:
        batch_op.drop_column("direction")
