"""links between evidence items, themes, good practice; how a contradiction was resolved; histories by part"""

from alembic import op
import sqlalchemy as sa

revision = "008"
down_revision = "007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("theme",
    sa.Column("inspection_id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("key", sa.Text(), nullable=False),
    sa.Column("merged_into_id", sa.Uuid(), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("created_by_id", sa.Uuid(), nullable=False),
    sa.Column("created_by", sa.Text(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_theme_inspection_id")),
    sa.ForeignKeyConstraint(["merged_into_id"], ["theme.id"], name=op.f("fk_theme_merged_into_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
    sa.UniqueConstraint("inspection_id", "key", name=op.f("uq_theme_inspection_id_key"))
    )
    op.create_table("item_link",
    sa.Column("inspection_id", sa.Uuid(), nullable=False),
    sa.Column("item_id", sa.Uuid(), nullable=False),
    sa.Column("other_id", sa.Uuid(), nullable=False),
    sa.Column("relation", sa.Text(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("created_by_id", sa.Uuid(), nullable=False),
    sa.Column("created_by", sa.Text(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("outcome", sa.Text(), nullable=False),
    sa.Column("aside", sa.Text(), nullable=False),
    sa.Column("outcome_reason", sa.Text(), nullable=False),
    sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("outcome_by", sa.Text(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_item_link_inspection_id")),
    sa.ForeignKeyConstraint(["item_id"], ["evidence_item.id"], name=op.f("fk_item_link_item_id")),
    sa.ForeignKeyConstraint(["other_id"], ["evidence_item.id"], name=op.f("fk_item_link_other_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_item_link"))
    )
    with op.batch_alter_table("item_link", schema=None) as batch_op:
        batch_op.create_index("ix_item_link_relation", ["inspection_id", "relation"], unique=False)
        batch_op.create_index("ix_item_link_other", ["other_id", "withdrawn_at"], unique=False)
        batch_op.create_index("uq_item_link_standing", ["item_id", "other_id"], unique=True, sqlite_where=sa.text("withdrawn_at IS NULL"), postgresql_where=sa.text("withdrawn_at IS NULL"))

    op.create_table("item_theme",
    sa.Column("item_id", sa.Uuid(), nullable=False),
    sa.Column("theme_id", sa.Uuid(), nullable=False),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("created_by_id", sa.Uuid(), nullable=False),
    sa.Column("created_by", sa.Text(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["item_id"], ["evidence_item.id"], name=op.f("fk_item_theme_item_id")),
    sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_item_theme_theme_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_item_theme"))
    )
    with op.batch_alter_table("item_theme", schema=None) as batch_op:
        batch_op.create_index("ix_item_theme_of", ["theme_id", "withdrawn_at", "item_id"], unique=False)
        batch_op.create_index("uq_item_theme_standing", ["item_id", "theme_id"], unique=True, sqlite_where=sa.text("withdrawn_at IS NULL"), postgresql_where=sa.text("withdrawn_at IS NULL"))

    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_part", ["chain", "part", "number"], unique=False)

    # What is there gets the value of before; new rows say their own.
    with op.batch_alter_table("evidence_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("good_practice", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("evidence_item", schema=None) as batch_op:
        batch_op.alter_column("good_practice", existing_type=sa.Boolean(), server_default=None)

    words = ("outcome", "aside", "outcome_reason", "outcome_by")
    with op.batch_alter_table("link", schema=None) as batch_op:
        for name in words:
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_index("ix_link_relation", ["inspection_id", "relation"], unique=False)
    with op.batch_alter_table("link", schema=None) as batch_op:
        for name in words:
            batch_op.alter_column(name, existing_type=sa.Text(), server_default=None)
        batch_op.alter_column("version", existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index("ix_link_relation")
        batch_op.drop_column("version")
        batch_op.drop_column("outcome_by")
        batch_op.drop_column("outcome_at")
        batch_op.drop_column("outcome_reason")
        batch_op.drop_column("aside")
        batch_op.drop_column("outcome")

    with op.batch_alter_table("evidence_item", schema=None) as batch_op:
        batch_op.drop_column("good_practice")

    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_part")

    with op.batch_alter_table("item_theme", schema=None) as batch_op:
        batch_op.drop_index("uq_item_theme_standing", sqlite_where=sa.text("withdrawn_at IS NULL"), postgresql_where=sa.text("withdrawn_at IS NULL"))
        batch_op.drop_index("ix_item_theme_of")

    op.drop_table("item_theme")
    with op.batch_alter_table("item_link", schema=None) as batch_op:
        batch_op.drop_index("uq_item_link_standing", sqlite_where=sa.text("withdrawn_at IS NULL"), postgresql_where=sa.text("withdrawn_at IS NULL"))
        batch_op.drop_index("ix_item_link_other")
        batch_op.drop_index("ix_item_link_relation")

    op.drop_table("item_link")
    op.drop_table("theme")
