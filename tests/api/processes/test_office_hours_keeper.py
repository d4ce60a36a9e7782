"""Alertmanager's mute hours follow a notice that is approved while it runs."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from activities.almanacs import AlmanacHolder
from activities.store.errors import StoreUnavailable
from activities.store.store import Store
from api.alerting.alertmanager import render
from api.alerting.recipients import default
from api.process_notes import Note
from api.processes import office_hours_keeper
from api.processes.office_hours_keeper import OfficeHoursKeeper
from sla.almanac import Almanac
from sla.release import RELEASE
from tests.activities.test_almanacs import loaded
from tests.api.alerting.live import Alertmanager
from tests.api.office import file_store
from tests.notices import invented

TODAY = date(2026, 11, 10)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(file_store(tmp_path)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks come one after another."""
    monkeypatch.setattr(office_hours_keeper, "LOOK", timedelta(0))


def test_alertmanager_loads_the_days_off_of_the_new_year(
    store: Store, alertmanager_binary: Path, tmp_path: Path
) -> None:
    def written(almanac: Almanac) -> str:
        return render(default(), "http://127.0.0.1:9", today=TODAY, almanac=almanac)

    def write(almanac: Almanac) -> None:
        (tmp_path / "alertmanager.yml").write_text(written(almanac), encoding="utf-8")

    notes: list[Note] = []
    with Alertmanager(alertmanager_binary, tmp_path, written(RELEASE)) as server:
        keeper = OfficeHoursKeeper(AlmanacHolder(store, RELEASE).renew, write, server.address, notes.append)
        keeper.tend()
        assert (notes, "2027" in server.loaded()) == ([], False)
        loaded(store, invented())
        keeper.tend()
        assert [one.event for one in notes] == ["office-hours"]
        intervals = {one["name"]: one["time_intervals"] for one in yaml.safe_load(server.loaded())["time_intervals"]}
        assert {tuple(one["years"]) for one in intervals["public-holidays"]} >= {("2027",)}
        make_up = [
            f"{one['years'][0]}-{one['months'][0]}-{one['days_of_month'][0]}" for one in intervals["make-up-workdays"]
        ]
        assert "2027-2-13" in [day.partition(":")[0] for day in make_up]


def test_a_reload_that_failed_is_tried_again_and_a_store_that_is_away_changes_nothing(store: Store) -> None:
    written: list[Almanac] = []
    notes: list[Note] = []
    holder = AlmanacHolder(store, RELEASE)
    away = [False]

    def renew() -> Almanac:
        if away[0]:
            raise StoreUnavailable
        return holder.renew()

    keeper = OfficeHoursKeeper(renew, written.append, "127.0.0.1:9", notes.append)
    loaded(store, invented())
    away[0] = True
    keeper.tend()
    assert written == [RELEASE]
    away[0] = False
    keeper.tend()
    keeper.tend()
    assert (len(written), notes) == (3, [])
