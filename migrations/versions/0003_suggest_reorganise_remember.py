"""Suggestions, several boards and their templates, personal arrangements, what was read, who is told

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RECORD = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
RANK = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# By which columns rows of each table are looked up.
INDEXES = {
    "cards": ["asked_id", "answer_id"],
    "placements": ["column_id"],
    "card_reads": ["card_id"],
    "votes": ["card_id"],
    "replies": ["card_id", "author_id"],
    "notices": ["person_id", "card_id"],
}


def new_columns() -> dict[str, list[sa.Column]]:
    """SQLite adds columns in place; making a table anew would lose, by cascade, what refers to it."""
    return {
        "boards": [
            sa.Column("position", BIG, nullable=False, server_default="0"),
            sa.Column("is_default", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("archived_at", MOMENT, nullable=True),
            sa.Column("version", BIG, nullable=False, server_default="1"),
        ],
        "cards": [
            sa.Column("must_read", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("suggestion", sa.String(length=20), nullable=False, server_default="improvement"),
            sa.Column("status", sa.String(length=20), nullable=False, server_default="new"),
            sa.Column("note", sa.Text(), nullable=False, server_default=""),
            sa.Column("votes", BIG, nullable=False, server_default="0"),
            sa.Column("replies", BIG, nullable=False, server_default="0"),
            _reference("asked_id", "fk_cards_asked_id_services", "services.id"),
            _reference("answer_id", "fk_cards_answer_id_cards", "cards.id"),
        ],
        "accounts": [sa.Column("welcomed_at", MOMENT, nullable=True)],
    }


def upgrade() -> None:
    inline = op.get_bind().dialect.name == "sqlite"  # which adds no constraint to a table that exists
    for table, added in new_columns().items():
        for column in added:
            op.add_column(table, column, inline_references=inline)
    op.execute("UPDATE boards SET position = id")
    op.execute("UPDATE accounts SET welcomed_at = last_seen_at")
    op.create_table(
        "placements",
        *_personal("placements", "column_id", "columns"),
        sa.Column("rank", RANK, nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "card_reads",
        *_personal("card_reads", "card_id", "cards"),
        sa.Column("version", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table("votes", *_personal("votes", "card_id", "cards"))
    op.create_table(
        "replies",
        sa.Column("id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("author_id", BIG, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_replies_card_id_cards"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_replies_author_id_people"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
    )
    op.create_table(
        "notices",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("facts", RECORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_notices_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_notices_card_id_cards"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_table(
        "board_templates",
        sa.Column("id", BIG, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("content", RECORD, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_templates")),
    )
    for table, columns in INDEXES.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table in ("board_templates", "notices", "replies", "votes", "card_reads", "placements"):
        op.drop_table(table)
    for column in INDEXES["cards"]:
        op.drop_index(op.f(f"ix_cards_{column}"), "cards")
    for table, added in new_columns().items():
        for column in added:
            op.drop_column(table, column.name)


def _reference(name: str, constraint: str, target: str) -> sa.Column:
    return sa.Column(name, BIG, sa.ForeignKey(target, name=constraint, ondelete="SET NULL"), nullable=True)


def _personal(table: str, other: str, others: str) -> tuple[sa.Column | sa.Constraint, ...]:
    """A row for each person and column or card."""
    return (
        sa.Column("person_id", BIG, nullable=False),
        sa.Column(other, BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            [other], [f"{others}.id"], name=op.f(f"fk_{table}_{other}_{others}"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", other, name=op.f(f"pk_{table}")),
    )
