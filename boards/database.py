"""Configure the database; every write goes through `write_transaction`."""

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
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from boards.errors import Busy

WRITE_PATIENCE_SECONDS = 10.0
# libpq options: a vanished server is noticed within a minute.
POSTGRESQL_CONNECT_ARGS = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
# Readers see one snapshot, as they always do on SQLite; writers lock the board first and then see the latest commit.
POSTGRESQL_READ_ISOLATION = "REPEATABLE READ"
_WRITING = {"sqlite": {"begin": "IMMEDIATE"}, "postgresql": {"isolation_level": "READ COMMITTED"}}


class Base(DeclarativeBase):
    """Base class of all tables."""

    # Ids and counters are 64-bit, as the protocol allows; SQLite's integers always are.
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
    """A UTC date and time, aware in Python on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Convert to UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Add the UTC zone that SQLite drops."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class RecordJSON(TypeDecorator[Any]):
    """JSON; JSONB on PostgreSQL, whose dialect (megabytes) is imported only there."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type for the dialect."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON())
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB())


# Ranks compare byte by byte, as they always do on SQLite.
RankText = Text().with_variant(Text(collation="C"), "postgresql")

db = SQLAlchemy(metadata=Base.metadata, session_options={"autoflush": False, "expire_on_commit": False})
_write_lock = threading.RLock()


def read_session() -> Session:
    """Return the session for reading; writing through it is refused."""
    session: Session = db.session()
    return session


@contextmanager
def write_lock() -> Iterator[None]:
    """Hold this process's write lock: what is sent inside leaves in the order of the commits."""
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
    """End the read transaction and expire loaded objects, so that later reads are fresh."""
    release_connection()
    read_session().rollback()


@contextmanager
def write_transaction() -> Iterator[Session]:
    """Yield a session in a write transaction: commit at the end, roll back on any exception.

    The read transaction ends before and restarts after, so that later reads see what was written.
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
    """Return True if the database was unreachable, full or locked: the request may be retried."""
    unavailable = OperationalError | PendingRollbackError | PoolTimeout
    return isinstance(error, unavailable) or (isinstance(error, DBAPIError) and error.connection_invalidated)


@contextmanager
def repeatable_read(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that reads one snapshot while writers go on."""
    options = (
        {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        if engine.dialect.name == "postgresql"
        else {}
    )
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def write_to_database(url: str) -> Iterator[Connection]:
    """Yield a connection to another database in one write transaction."""
    engine = create_engine(url)
    configure_engine(engine)
    try:
        with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


def system_clock() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


_clock: Callable[[], datetime] = system_clock


def set_clock(clock: Callable[[], datetime]) -> None:
    """Replace the clock behind `now`; for tests."""
    global _clock
    _clock = clock


def now() -> datetime:
    """Return the current time by the program's one clock."""
    return _clock()


def configure_engine(engine: Engine) -> None:
    """Set SQLite's pragmas and transactions; detect closed PostgreSQL connections in the pool."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _emit_begin)
    else:
        event.listen(engine, "checkout", _on_disconnect)


def _begin(session: Session) -> None:
    """Begin at once: a SQLite transaction that read first cannot write after another's commit."""
    deadline = time.monotonic() + WRITE_PATIENCE_SECONDS
    while True:
        try:
            session.connection(execution_options=_WRITING[db.engine.dialect.name])
            return
        except OperationalError as error:
            session.rollback()
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise Busy("database_unavailable") from error
            time.sleep(0.01)  # yields to other greenlets; SQLite's own wait would block them all


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # else the driver begins transactions, and late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=50"):
        connection.execute(f"PRAGMA {pragma}").close()


def _emit_begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")


def _on_disconnect(connection: Any, _record: Any, _proxy: Any) -> None:
    """Discard a pooled connection whose end has already arrived, without a round trip."""
    try:
        for _attempt in range(2):  # the server's last message, then the end
            connection.pgconn.consume_input()
    except connection.OperationalError as error:
        raise InvalidatePoolError from error


@event.listens_for(Session, "before_flush")
def _refuse_stray_writes(session: Session, _context: Any, _instances: Any) -> None:
    if not session.info.get("writes"):
        raise RuntimeError("write through boards.database.write_transaction()")
