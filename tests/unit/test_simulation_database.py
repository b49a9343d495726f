"""The simulated database: SQLite itself, whose commits outlive a life."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

from tests.simulation.chance import chance
from tests.simulation.database import SimDatabase
from tests.simulation.life import Life, PowerCut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulation.database import SimConnection

SEEDS = range(200)


@pytest.fixture
def database() -> Iterator[SimDatabase]:
    made = SimDatabase()
    connection = made.open(Life(), chance(1))
    connection.execute("PRAGMA journal_mode = WAL")
    add(connection, "CREATE TABLE photos (number INTEGER PRIMARY KEY, name TEXT)")
    yield made
    made.close()


def add(connection: SimConnection, *statements: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in statements:
        connection.execute(statement).fetchall()
    connection.execute("COMMIT")


def insert(name: str) -> str:
    return f"INSERT INTO photos (name) VALUES ('{name}') RETURNING number"  # noqa: S608 - it is ours


def run_all(connection: SimConnection, done: list[str]) -> None:
    for statement in ("BEGIN IMMEDIATE", "INSERT INTO photos (name) VALUES ('a')", "COMMIT"):
        connection.execute(statement)
        done.append(statement)


def names(database: SimDatabase) -> list[str]:
    return [name for (name,) in database.rows("SELECT name FROM photos ORDER BY number")]


@pytest.mark.parametrize("end", [SimDatabase.kill, lambda database: database.crash(chance(1))])
def test_what_is_committed_outlives_a_life_and_what_is_not_does_not(
    database: SimDatabase, end: Callable[[SimDatabase], None]
) -> None:
    life = Life()
    connection = database.open(life, chance(1))
    add(connection, insert("a"), "PRAGMA user_version = 7")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(insert("b"))
    life.end()
    end(database)
    assert names(database) == ["a"]
    again = database.open(Life(), chance(1))
    assert again.execute("PRAGMA user_version").fetchone() == (7,)
    add(again, insert("c"))
    assert names(database) == ["a", "c"]


def test_its_image_is_what_is_committed(database: SimDatabase) -> None:
    before = database.image
    connection = database.open(Life(), chance(1))
    add(connection, insert("a"))
    assert database.image != before
    copy = sqlite3.connect(":memory:")
    copy.deserialize(database.image)
    assert copy.execute("SELECT name FROM photos").fetchall() == [("a",)]
    copy.close()


def test_what_is_rolled_back_is_gone(database: SimDatabase) -> None:
    connection = database.open(Life(), chance(1))
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(insert("a")).fetchall()
    connection.execute("ROLLBACK")
    assert names(database) == []


def test_a_cut_before_a_commit_undoes_it_and_one_after_it_does_not(database: SimDatabase) -> None:
    def cut() -> None:
        raise PowerCut

    life = Life()
    connection = database.open(life, chance(1), before_commit=cut)
    with pytest.raises(PowerCut):
        add(connection, insert("a"))
    assert not life.alive
    database.crash(chance(1))
    assert names(database) == []

    connection = database.open(Life(), chance(1), after_commit=cut)
    with pytest.raises(PowerCut):
        add(connection, insert("b"))
    database.crash(chance(1))
    assert names(database) == ["b"]


def test_the_dead_reach_nothing_but_may_close(database: SimDatabase) -> None:
    life = Life()
    connection = database.open(life, chance(1))
    connection.execute("BEGIN IMMEDIATE")
    life.end()
    for call in (connection.execute, connection.executescript, connection.cursor().execute):
        with pytest.raises(PowerCut):
            call("COMMIT")
    connection.close()
    connection.close()
    assert names(database) == []


def test_a_closed_connection_takes_nothing(database: SimDatabase) -> None:
    connection = database.open(Life(), chance(1))
    connection.close()
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT 1")


def test_a_full_disk_refuses_what_writes_and_nothing_of_it_stays(database: SimDatabase) -> None:
    ways = set()
    for seed in SEEDS:
        connection = database.open(Life(), chance(seed))
        database.full = True
        assert connection.execute("SELECT count(*) FROM photos").fetchone() == (0,)
        add(connection, "SELECT 1")
        done: list[str] = []
        with pytest.raises(sqlite3.OperationalError, match="full") as raised:
            run_all(connection, done)
        assert raised.value.sqlite_errorcode == sqlite3.SQLITE_FULL
        ways.add((len(done), connection.in_transaction))
        with suppress(sqlite3.OperationalError):
            connection.execute("ROLLBACK")
        assert names(database) == []
        database.full = False
    assert ways == {(1, True), (1, False), (2, True), (2, False)}
    add(connection, insert("a"))
    assert names(database) == ["a"]


def test_a_broken_disk_fails(database: SimDatabase) -> None:
    connection = database.open(Life(), chance(1))
    database.failing = True
    with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
        connection.execute("SELECT 1")
    database.failing = False
    connection.execute("SELECT 1")


def test_a_write_outside_a_transaction_is_told(database: SimDatabase) -> None:
    connection = database.open(Life(), chance(1))
    with pytest.raises(AssertionError, match="a write outside a transaction"):
        connection.execute("INSERT INTO photos (name) VALUES ('a')")


def test_a_script_is_committed(database: SimDatabase) -> None:
    connection = database.open(Life(), chance(1))
    connection.executescript("BEGIN; INSERT INTO photos (name) VALUES ('a'); COMMIT;")
    database.crash(chance(1))
    assert names(database) == ["a"]


@pytest.mark.parametrize(("synchronous", "left"), [("FULL", {3}), ("NORMAL", {0, 1, 2, 3}), ("OFF", {0, 1, 2, 3})])
def test_commits_that_are_not_synced_may_be_lost_with_the_power(synchronous: str, left: set[int]) -> None:
    found = set()
    for seed in SEEDS:
        with closing(SimDatabase()) as database:
            connection = database.open(Life(), chance(seed))
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            add(connection, "CREATE TABLE photos (number INTEGER PRIMARY KEY, name TEXT)")
            for name in "abc":
                add(connection, insert(name))
            database.crash(chance(seed))
            found.add(len(names(database)))
    assert found == left


def test_commits_that_are_not_synced_outlive_a_kill() -> None:
    with closing(SimDatabase()) as database:
        connection = database.open(Life(), chance(1))
        connection.execute("PRAGMA synchronous = OFF")
        add(connection, "CREATE TABLE photos (number INTEGER PRIMARY KEY, name TEXT)", insert("a"))
        database.kill()
        assert names(database) == ["a"]
