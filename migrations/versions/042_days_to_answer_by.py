"""the day by which a letter asks for an answer, and where the files are to be sent"""

from alembic import op
import sqlalchemy as sa

revision = "042"
down_revision = "041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("letter") as letter:
        letter.add_column(sa.Column("answer_by", sa.Date(), nullable=True))
        letter.add_column(sa.Column("send_to", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("letter") as letter:
        letter.alter_column("send_to", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("letter") as letter:
        letter.drop_column("send_to")
        letter.drop_column("answer_by")
