"""how an export speaks of its sources: attributable or not, acronyms spelt out or not"""

from alembic import op
import sqlalchemy as sa

revision = "011"
down_revision = "010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was taken out before was attributable, with acronyms as they stood.
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attributable", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("spelt_out", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.alter_column("attributable", existing_type=sa.Boolean(), server_default=None)
        batch_op.alter_column("spelt_out", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.drop_column("spelt_out")
        batch_op.drop_column("attributable")
