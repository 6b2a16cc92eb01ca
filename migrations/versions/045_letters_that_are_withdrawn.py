"""the day on which a letter went out, and letters that are not to go out"""

from alembic import op
import sqlalchemy as sa

revision = "045"
down_revision = "044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("letter") as letter:
        letter.add_column(sa.Column("went_on", sa.Date(), nullable=True))
        letter.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        letter.add_column(sa.Column("withdrawn_by", sa.Text(), nullable=False, server_default=""))
        letter.add_column(sa.Column("withdrawn_why", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("letter") as letter:
        letter.alter_column("withdrawn_by", server_default=None)
        letter.alter_column("withdrawn_why", server_default=None)
    # Of a letter that has gone out, the day stands with its requests only: it is shown as entered, as before.


def downgrade() -> None:
    with op.batch_alter_table("letter") as letter:
        letter.drop_column("withdrawn_why")
        letter.drop_column("withdrawn_by")
        letter.drop_column("withdrawn_at")
        letter.drop_column("went_on")
