"""a demonstration says so on every page and export"""

from alembic import op
import sqlalchemy as sa

revision = "007"
down_revision = "006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("demonstration", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.alter_column("demonstration", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.drop_column("demonstration")
