"""whole pack: its files as loaded, what the strength rule counts on sources and tags"""

from alembic import op
import sqlalchemy as sa

revision = "002"
down_revision = "001"
branch_labels = None
depends_on = None

# Until now there were only the kinds of source that people can add in the first version.
FAMILY = "CASE WHEN kind = 'document' THEN 'written' ELSE 'said' END"


def upgrade() -> None:
    op.create_table(
        "pack_file",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_pack_file_inspection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_file")),
        sa.UniqueConstraint("inspection_id", "name", name=op.f("uq_pack_file_inspection_id_name")),
    )
    _add("inspection", sa.Column("pack_version", sa.Text(), nullable=True), "'1.0'")
    _add("body", sa.Column("pilot", sa.Boolean(), nullable=True), "visited AND NOT visited")
    _add("source", sa.Column("family", sa.Text(), nullable=True), FAMILY)
    _add("source", sa.Column("request", sa.Text(), nullable=True), "''")
    of_item = "(SELECT evidence_kind FROM evidence_item WHERE evidence_item.id = tag.item_id)"
    _add("tag", sa.Column("evidence_kind", sa.Text(), nullable=True), of_item)
    _add("tag", sa.Column("set_aside", sa.Boolean(), nullable=True), "live AND NOT live")


def _add(table: str, column: sa.Column, value: str) -> None:
    """Add a column, fill it for the rows that are there, and let it be empty no more."""
    name = column.name
    op.add_column(table, column)
    op.execute(f"UPDATE {table} SET {name} = {value}")
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.alter_column(name, existing_type=column.type, nullable=False)


def downgrade() -> None:
    for table, names in (
        ("tag", ("set_aside", "evidence_kind")),
        ("source", ("request", "family")),
        ("body", ("pilot",)),
        ("inspection", ("pack_version",)),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in names:
                batch_op.drop_column(name)
    op.drop_table("pack_file")
