"""What libraries log is a line each; of an error its kind and place."""

import json
import logging
from collections.abc import Iterator

import pytest

from activities.store.errors import StoreUnavailable
from api.library_logs import log_as, where
from api.process_notes import Say, say_json, say_line

log = logging.getLogger("some.library")


@pytest.fixture(params=[say_line, say_json])
def said(request: pytest.FixtureRequest) -> Iterator[Say]:
    root = logging.getLogger()
    before = root.handlers
    root.handlers = []
    log_as("worker", request.param)
    yield request.param
    root.handlers = before


def lines(capsys: pytest.CaptureFixture[str], said: Say) -> list[str]:
    """What was said, however it was."""
    found = capsys.readouterr().err.splitlines()
    if said is say_line:
        return found
    return ["{name}: {level} {logger}: {message}".format(**json.loads(line)) for line in found]


def test_a_record_is_a_line_with_process_level_and_logger(said: Say, capsys: pytest.CaptureFixture[str]) -> None:
    log.info("nothing of it")
    log.warning("%d {of} them", 3)
    assert lines(capsys, said) == ["worker: WARNING some.library: 3 {of} them"]


def test_a_database_that_is_away_is_said_without_a_traceback(said: Say, capsys: pytest.CaptureFixture[str]) -> None:
    away = StoreUnavailable("(another writer holds it)")
    log.warning("Completing activity as failed", exc_info=away)
    assert lines(capsys, said) == [f"worker: WARNING some.library: Completing activity as failed: {away}"]


def test_c_38_of_any_other_error_kind_and_place_are_said_and_not_its_text(
    said: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        int("a private matter")
    except ValueError as error:
        log.exception("It failed")
        place = where(error)
    assert place.startswith("ValueError at test_c_38_of_any_other_error")
    assert lines(capsys, said) == [f"worker: ERROR some.library: It failed: {place}"]
