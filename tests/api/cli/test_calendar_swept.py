"""The command line says how far a changed calendar has come among the open cases."""

from contextlib import closing
from pathlib import Path

import pytest

from activities.store.store import Store
from tests.api.serving import CommandLine
from tests.desk import at


@pytest.fixture
def shixian(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHIXIAN_DATA_DIR", str(tmp_path))
    return CommandLine(capsys)


def test_a_calendar_says_how_far_it_has_come_among_the_open_cases(shixian: CommandLine, tmp_path: Path) -> None:
    assert shixian("calendar", "2026", "--json").json["sweep"] is None
    assert shixian("migrate").code == 0
    with closing(Store.open(f"sqlite:///{tmp_path}/ledger.sqlite")) as store:
        store.sweep_went(("CN:x",), at("2026-11-04 09:00"), seen=12, moved=7)
        assert "12 / 0，变动 moved 7，自 since 2026-11-04 09:00，进行中 under way" in shixian("calendar", "2026").out
        store.sweep_went(("CN:x",), at("2026-11-04 09:08"), seen=20, moved=1, ended=True)
    swept = shixian("calendar", "2026", "--json").json["sweep"]
    assert (swept["seen"], swept["moved"], swept["ended"] is not None) == (20, 8, True)
