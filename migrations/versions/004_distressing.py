"""distressing content is covered until somebody opens it"""

from alembic import op
import sqlalchemy as sa

revision = "004"
down_revision = "003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("evidence_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("distressing", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("evidence_item", schema=None) as batch_op:
        batch_op.alter_column("distressing", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("evidence_item", schema=None) as batch_op:
        batch_op.drop_column("distressing")
