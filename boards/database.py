"""The database: its base class, its SQLite settings, and the only door through which anything is written."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Text,
    create_engine,
    event,
)
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from boards.errors import Busy

WRITE_PATIENCE_SECONDS = 10.0
# The kernel notices within a minute that the machine at the other end is gone; psycopg hands these to libpq.
POSTGRESQL_CONNECT_ARGS = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
# Whoever reads sees the board as it is at one instant: SQLite's readers always do, PostgreSQL's have to be told.
# Whoever writes takes the board's turn first and then has to see what was written before it.
POSTGRESQL_READ_ISOLATION = "REPEATABLE READ"
_WRITING = {"sqlite": {"begin": "IMMEDIATE"}, "postgresql": {"isolation_level": "READ COMMITTED"}}


class Base(DeclarativeBase):
    # Identifiers and counters may be as large as the protocol lets a client send them; SQLite's integers always are.
    type_annotation_map: ClassVar = {int: BigInteger().with_variant(Integer(), "sqlite")}
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """A point in time: aware and in UTC in Python, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class RecordJSON(TypeDecorator[Any]):
    """JSON, of PostgreSQL's own kind there. What knows that kind holds megabytes: it is imported where there is one."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON())
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB())


# Ranks are compared byte by byte everywhere: SQLite does so by itself, PostgreSQL has to be told.
RankText = Text().with_variant(Text(collation="C"), "postgresql")

db = SQLAlchemy(metadata=Base.metadata, session_options={"autoflush": False, "expire_on_commit": False})
_write_lock = threading.RLock()


def read_session() -> Session:
    """The session that pages and API answers read through; writing through it is refused."""
    session: Session = db.session()
    return session


@contextmanager
def write_lock() -> Iterator[None]:
    """Hold this process's write lock, so that what is sent inside leaves in the order of the commits."""
    release_connection()  # else waiting threads could hold every connection while the lock's holder needs one
    with _write_lock:
        yield


def release_connection() -> None:
    """End the read transaction and release its connection; loaded objects stay usable.

    By COMMIT: at a ROLLBACK psycopg forgets which statements it was about to prepare.
    """
    if db.session.registry.has():
        try:
            read_session().commit()
            read_session().begin()  # takes no connection yet; without it a later rollback would expire nothing
        except SQLAlchemyError:  # the connection is lost
            read_session().rollback()


def restart_read() -> None:
    """End the read transaction and expire loaded objects: later reads see the database as it is then."""
    release_connection()
    read_session().rollback()


@contextmanager
def write_transaction() -> Iterator[Session]:
    """Yield a separate session in a write transaction: commit at the end, roll back on any exception.

    The read transaction ends before; afterwards loaded objects are expired, so that reads see what was written.
    Nothing slow belongs inside: SQLite has one writer, and a gevent yield here would let others wait in C.
    Raises Busy when the database stays locked for ten seconds, is full or is unreachable.
    """
    try:
        with (
            write_lock(),
            Session(db.engine, expire_on_commit=False, autoflush=False, info={"writes": True}) as session,
        ):
            _begin(session)
            yield session
            session.commit()
    except SQLAlchemyError as error:
        if is_unavailable(error):
            raise Busy("database_unavailable") from error
        raise
    finally:
        restart_read()


def is_unavailable(error: BaseException) -> bool:
    """Whether the database could not be asked: away, full or locked. Nothing of ours is wrong then, and the same request may be sent again."""
    away = isinstance(error, OperationalError | PendingRollbackError | NoConnectionLeft)
    return away or (isinstance(error, DBAPIError) and error.connection_invalidated)


@contextmanager
def repeatable_read(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees the database as it is at one instant, however long it reads; writers go on meanwhile."""
    options = (
        {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        if engine.dialect.name == "postgresql"
        else {}
    )
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def write_to_database(url: str) -> Iterator[Connection]:
    """Yield a connection to a database beside the one that is served: what is written there is all there at the end, or not at all."""
    engine = create_engine(url)
    configure_engine(engine)
    try:
        with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


def system_clock() -> datetime:
    return datetime.now(UTC)


_clock: Callable[[], datetime] = system_clock


def set_clock(clock: Callable[[], datetime]) -> None:
    """From now on this clock says what moment it is, wherever `now` was imported; tests bring their own."""
    global _clock
    _clock = clock


def now() -> datetime:
    """The moment it is; the one clock of the program."""
    return _clock()


def configure_engine(engine: Engine) -> None:
    """Set SQLite up as one durable file that many may read while one writes; have it noticed when PostgreSQL has ended connections."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _emit_begin)
    else:
        event.listen(engine, "checkout", _on_disconnect)


def _begin(session: Session) -> None:
    """Begin at once: a SQLite transaction that reads first and writes later fails as soon as another has written."""
    deadline = time.monotonic() + WRITE_PATIENCE_SECONDS
    while True:
        try:
            session.connection(execution_options=_WRITING[db.engine.dialect.name])
            return
        except OperationalError as error:
            session.rollback()
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise Busy("database_unavailable") from error
            time.sleep(0.01)  # waiting here yields to other greenlets; SQLite's own wait would freeze them all


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would otherwise begin transactions by itself, and late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=50"):
        connection.execute(f"PRAGMA {pragma}").close()


def _emit_begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")


def _on_disconnect(connection: Any, _record: Any, _proxy: Any) -> None:
    """Take no connection that has ended while it lay in the pool. Its end has arrived already, so nothing need be asked: no round trip."""
    try:
        for _last_words_then_the_end in range(2):
            connection.pgconn.consume_input()
    except connection.OperationalError as ended:
        raise InvalidatePoolError from ended


@event.listens_for(Session, "before_flush")
def _refuse_stray_writes(session: Session, _context: Any, _instances: Any) -> None:
    if not session.info.get("writes"):
        raise RuntimeError("write through boards.database.write_transaction()")
