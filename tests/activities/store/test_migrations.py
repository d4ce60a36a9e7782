"""What a migration finds in the tables and leaves there."""

from contextlib import closing
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import MetaData, insert, select

from activities.record import Role, TakenOver
from activities.store.instants import micros
from activities.store.migrating import configuration
from activities.store.rows import CaseRows
from activities.store.store import Store
from activities.store.sum_tables import judged_sum
from sla.clock import Standing
from tests.activities.store.build import DAY, T, a_case, a_clock, a_row, a_step, decided, put

# without what is counted or read out of the pictures: marks, and what is left at a standstill
FILLED = {"case_": ("case", "number", "tail", "group_", "group_order", "judged"), "step": ("case", "pos", "desk")}

ENDED = {"yes": ("decided", "approved"), "no": ("decided", "refused"), "revoked": ("revoked", "approved")}


def standing_everywhere() -> list[CaseRows]:
    """Cases of every group."""
    target = a_row(a_clock("step/acceptance#1", Role.STEP, step="acceptance"))
    stopped = a_clock(stop=T)
    return [
        a_case("Dated-1", a_row(), target, steps=(a_step(status="running"), a_step("end", status="waiting"))),
        a_case("overdue", a_row(due_at=T - DAY)),
        a_case("average", a_row(a_clock(judged=False), due_at=T - DAY)),
        a_case("ramp-up", a_row(a_clock(ramp_up=True), due_at=T - DAY)),
        a_case("suspended", a_row(due_at=None, standing=Standing.SUSPENDED), accepted_at=T),
        a_case("beyond", a_row(due_at=None), steps=(a_step(),)),
        a_case("not-started", a_row(due_at=None, standing=Standing.NOT_STARTED)),
        a_case("no-clock"),
        a_case("judged", a_row(stopped, standing=Standing.MISSED)),
        a_case("closed", a_row(stopped, standing=Standing.MET), steps=(a_step(),), open=False, closed_at=T + DAY),
    ]


def test_lists_find_what_was_there_before_them(empty_url: str, tmp_path: Path) -> None:
    with closing(Store.open(f"sqlite:///{tmp_path / 'new.db'}")) as new, closing(Store.open(empty_url)) as old:
        new.migrate()
        with old.writing() as connection:
            command.upgrade(configuration(connection), "0006")
        for rows in standing_everywhere():
            put(new, rows)
            _put_as_before(old, new.dump_rows(rows.case.case))
        assert old.migrate()
        for rows in standing_everywhere():
            assert _filled(old.dump_rows(rows.case.case)) == _filled(new.dump_rows(rows.case.case))
        assert not old.migrate()
        assert not new.migrate()


def test_averages_know_what_was_taken_over_before_they_told_it_apart(empty_url: str, tmp_path: Path) -> None:
    origins = {"own": None, "old": TakenOver(source="s / a.csv", digest="0" * 64)}
    with closing(Store.open(f"sqlite:///{tmp_path / 'new.db'}")) as new, closing(Store.open(empty_url)) as old:
        new.migrate()
        with old.writing() as connection:
            command.upgrade(configuration(connection), "0014")
        for case, origin in origins.items():
            put(new, a_case(case, a_row(), taken_over=origin))
            _put_as_before(old, new.dump_rows(case))
        assert not old.migrate()  # nothing is left to be rebuilt
        for case, origin in origins.items():
            [clock] = [row for table, row in old.dump_rows(case) if table == "clock"]
            assert bool(clock["taken_over"]) is (origin is not None)


def test_what_was_approved_before_it_was_asked_for_is_counted(empty_url: str, tmp_path: Path) -> None:
    with closing(Store.open(f"sqlite:///{tmp_path / 'new.db'}")) as new, closing(Store.open(empty_url)) as store:
        new.migrate()
        with store.writing() as connection:
            command.upgrade(configuration(connection), "0015")
        for case, (status, outcome) in ENDED.items():
            put(new, a_case(case, a_row(), open=False, status=status, outcome=outcome, decided_at=T))
            _put_as_before(store, new.dump_rows(case))
        assert not store.migrate()  # nothing is left to be rebuilt
        approved = {
            case: row["approved_at"] for case in ENDED for name, row in store.dump_rows(case) if name == "case_"
        }
        assert approved == {case: micros(T) if case == "yes" else None for case in ENDED}


def test_what_was_judged_before_sums_were_kept_is_in_them(empty_url: str, tmp_path: Path) -> None:
    with closing(Store.open(f"sqlite:///{tmp_path / 'new.db'}")) as new, closing(Store.open(empty_url)) as store:
        new.migrate()
        with store.writing() as connection:
            command.upgrade(configuration(connection), "0022")
        for case, also in {"one": (), "two": ("sz-water",), "three": ()}.items():
            put(new, a_case(case, decided("tc-water", T.date(), Standing.MET, also=also)))
            _put_as_before(store, new.dump_rows(case))
        assert not store.migrate()  # nothing is left to be rebuilt
        assert store.judged_sums_hold()
        with store.reading() as connection:
            assert sorted(connection.scalars(select(judged_sum.c.n))) == [1, 2]


def _put_as_before(store: Store, rows: list[tuple[str, dict[str, Any]]]) -> None:
    known = MetaData()
    with store.writing() as connection:
        known.reflect(connection)
        for name, row in rows:
            table = known.tables[name]
            kept = {column: value for column, value in row.items() if column in table.c}
            connection.execute(insert(table), kept | ({"due_order": 0} if "due_order" in table.c else {}))


def _filled(rows: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    return [{column: row[column] for column in FILLED[table]} for table, row in rows if table in FILLED]
