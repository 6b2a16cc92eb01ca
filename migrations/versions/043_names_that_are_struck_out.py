"""what titles and the names of sheets were, where words in them are struck out"""

from alembic import op
import sqlalchemy as sa

revision = "043"
down_revision = "042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("document") as document:
        document.add_column(sa.Column("as_named", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("document") as document:
        document.drop_column("as_named")
