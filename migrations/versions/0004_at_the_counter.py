"""News and unread, flashes, days and freshness, labels, search, what residents are handed, jobs

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RECORD = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What citizens may be told is decided card by card; what stood there before is kept inside where nobody outside was meant to read it.
_KEEP_INSIDE = """
    UPDATE cards SET tellable = :no WHERE column_id IN (
        SELECT id FROM columns WHERE kind IN ('guide', 'suggestions') OR CAST(rights AS TEXT) != '{}'
    )"""


def new_columns() -> dict[str, list[sa.Column]]:
    """SQLite adds columns in place; making a table anew would lose, by cascade, what refers to it."""
    return {
        "columns": [sa.Column("check_after", BIG, nullable=False, server_default="90")],
        "cards": [
            sa.Column("visible_from", sa.Date(), nullable=True),
            sa.Column("confirmed_at", MOMENT, nullable=False, server_default="2000-01-01 00:00:00"),
            _person("confirmed_by_id"),
            sa.Column("tellable", sa.Boolean(), nullable=False, server_default=sa.true()),
            sa.Column("internal_note", sa.Text(), nullable=False, server_default=""),
            sa.Column("label_ids", RECORD, nullable=False, server_default="[]"),
            sa.Column("signalled_seq", BIG, nullable=False, server_default="0"),
            _person("signalled_by_id"),
            sa.Column("signalled_at", MOMENT, nullable=True),
            sa.Column("flashed_at", MOMENT, nullable=True),
            sa.Column("flash_until", MOMENT, nullable=True),
            sa.Column("must_read_services", RECORD, nullable=False, server_default="[]"),
            sa.Column("must_read_at", MOMENT, nullable=True),
        ],
        "town": [
            sa.Column(name, sa.Text(), nullable=False, server_default="") for name in ("address", "contact", "hours")
        ],
    }


def upgrade() -> None:
    inline = op.get_bind().dialect.name == "sqlite"  # which adds no constraint to a table that exists
    for table, columns in new_columns().items():
        for column in columns:
            op.add_column(table, column, inline_references=inline)
    for column in ("confirmed_by_id", "signalled_by_id"):
        op.create_index(op.f(f"ix_cards_{column}"), "cards", [column])
    op.create_index("ix_cards_valid_until", "cards", ["valid_until"])
    op.create_index("ix_cards_visible_from", "cards", ["visible_from"])
    op.create_index("ix_cards_flash_until", "cards", ["flash_until"])
    op.execute(
        "UPDATE cards SET confirmed_at = coalesce(edited_at, created_at), confirmed_by_id = coalesce(edited_by_id, author_id)"
    )
    op.execute("UPDATE cards SET must_read_at = confirmed_at WHERE must_read")
    op.get_bind().execute(sa.text(_KEEP_INSIDE), {"no": False})
    _create_what_people_keep()
    _create_what_boards_have()
    _create_search()
    op.create_table(
        "jobs",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("taken_by", sa.String(length=60), nullable=True),
        sa.Column("taken_until", MOMENT, nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("runs", BIG, nullable=False),
        sa.Column("failures", BIG, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_jobs")),
    )


def _create_what_people_keep() -> None:
    op.create_table("visits", *_personal("visits", "board_id", "boards"), sa.Column("read_to", BIG, nullable=False))
    op.create_table("seen", *_personal("seen", "card_id", "cards"), sa.Column("seq", BIG, nullable=False))
    op.create_index(op.f("ix_visits_board_id"), "visits", ["board_id"])
    op.create_index(op.f("ix_seen_card_id"), "seen", ["card_id"])
    # Nobody comes back to a board on which everything is new.
    op.execute(
        "INSERT INTO visits (person_id, board_id, read_to) SELECT people.id, boards.id, boards.seq FROM people, boards"
    )
    op.create_table(
        "saved_filters",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("board_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        *_references("saved_filters", person_id="people", board_id="boards"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("person_id", "board_id", "name", name=op.f("uq_saved_filters_person_id_board_id_name")),
    )
    op.create_index(op.f("ix_saved_filters_board_id"), "saved_filters", ["board_id"])
    op.create_table(
        "preferences",
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("flash_sound", sa.Boolean(), nullable=False),
        sa.Column("flash_desktop", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("digest", sa.String(length=10), nullable=False),
        sa.Column("digest_hour", BIG, nullable=False),
        sa.Column("digest_weekday", BIG, nullable=False),
        sa.Column("digest_due_at", MOMENT, nullable=True),
        sa.Column("digest_told_at", MOMENT, nullable=True),
        sa.Column("digest_tries", BIG, nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        *_references("preferences", person_id="people"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_preferences")),
    )
    op.create_index(op.f("ix_preferences_digest_due_at"), "preferences", ["digest_due_at"])


def _create_what_boards_have() -> None:
    op.create_table(
        "labels",
        sa.Column("id", BIG, nullable=False),
        sa.Column("board_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("plain", sa.String(length=60), nullable=False),
        sa.Column("hue", BIG, nullable=False),
        *_references("labels", board_id="boards"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sa.UniqueConstraint("board_id", "plain", name=op.f("uq_labels_board_id_plain")),
        sqlite_autoincrement=True,  # logs and saved filters still name those that are gone
    )
    op.create_table(
        "public_links",
        sa.Column("id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", BIG, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("prints", BIG, nullable=False),
        *_references("public_links", card_id="cards"),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_public_links_created_by_id_people"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_links")),
        sa.UniqueConstraint("token", name=op.f("uq_public_links_token")),
    )
    for column in ("card_id", "created_by_id"):
        op.create_index(op.f(f"ix_public_links_{column}"), "public_links", [column])
    op.create_table(
        "vain_searches",
        sa.Column("id", BIG, nullable=False),
        sa.Column("board_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=100), nullable=False),
        sa.Column("times", BIG, nullable=False),
        *_references("vain_searches", board_id="boards"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vain_searches")),
        sa.UniqueConstraint("board_id", "day", "words", name=op.f("uq_vain_searches_board_id_day_words")),
    )


def _create_search() -> None:
    """The cards' words, in each database's own kind of index; `flask search rebuild` fills it with what stands there already."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE card_terms USING fts5(title, body, tokenize = \"unicode61 remove_diacritics 0 tokenchars '~'\")"
        )
    else:
        op.create_table(
            "card_terms",
            sa.Column("card_id", BIG, nullable=False),
            sa.Column("title", sa.Text(), nullable=False),
            sa.Column("body", sa.Text(), nullable=False),
            sa.Column("terms", postgresql.TSVECTOR(), nullable=False),
            *_references("card_terms", card_id="cards"),
            sa.PrimaryKeyConstraint("card_id", name=op.f("pk_card_terms")),
        )
        op.create_index(op.f("ix_card_terms_terms"), "card_terms", ["terms"], postgresql_using="gin")
    op.create_table(
        "search_words",
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_words")),
    )
    op.create_table(
        "search_variants",
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("variant", "word", name=op.f("pk_search_variants")),
    )


def downgrade() -> None:
    made = (
        "search_variants",
        "search_words",
        "card_terms",
        "jobs",
        "vain_searches",
        "public_links",
        "labels",
        "preferences",
    )
    for table in (*made, "saved_filters", "seen", "visits"):
        op.execute(f"DROP TABLE {table}")
    for index in (
        "ix_cards_flash_until",
        "ix_cards_visible_from",
        "ix_cards_valid_until",
        "ix_cards_signalled_by_id",
        "ix_cards_confirmed_by_id",
    ):
        op.drop_index(index, "cards")
    for table, columns in new_columns().items():
        for column in columns:
            op.drop_column(table, column.name)


def _person(name: str) -> sa.Column:
    return sa.Column(
        name, BIG, sa.ForeignKey("people.id", name=f"fk_cards_{name}_people", ondelete="SET NULL"), nullable=True
    )


def _references(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete="CASCADE"
        )
        for column, target in targets.items()
    ]


def _personal(table: str, other: str, others: str) -> tuple[sa.Column | sa.Constraint, ...]:
    """A row for each person and board or card."""
    return (
        sa.Column("person_id", BIG, nullable=False),
        sa.Column(other, BIG, nullable=False),
        *_references(table, **{"person_id": "people", other: others}),
        sa.PrimaryKeyConstraint("person_id", other, name=op.f(f"pk_{table}")),
    )
