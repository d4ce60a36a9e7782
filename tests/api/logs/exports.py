"""Cases on paper put into a store, and logs written of them, read again by other means than ours."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from activities.store.lines import CaseFilter
from activities.store.store import Store
from api.logs.events import LogEvent, LogTrace
from api.logs.exported import ExportedCase
from api.logs.exporting import ExportSums, LogForm, export
from api.logs.faults import LogFault
from api.logs.moments import Moments
from api.logs.xes_reading import read_xes
from api.views.instants import instants_of
from sla.axis import SHANGHAI
from sla.release import RELEASE
from tests.desk import TOLERANCE, Desk, Paper, a_whole_case, at, promised, water
from workflows.messages import Message
from workflows.rebuild import rows_of

NOW = at("2021-04-01 12:00")
APPROVED = "new-pipe-with-approval"


def put(store: Store, paper: Paper) -> None:
    """Its events and rows, as settling would write them."""
    with store.append(paper.case) as ledger:
        ledger.add(paper.events)
        made = rows_of(paper.case, paper.events, RELEASE)
        assert made is not None
        ledger.put(made)


def papers() -> list[Paper]:
    """A case for everything that a log may say of one."""
    return [_paper(number, make) for number, make in sorted(STORIES.items())]


def _paper(number: str, make: Callable[[Desk], Iterable[Message]]) -> Paper:
    paper = Paper(number)
    paper.due = {"promise/sz-22-water-no-pipe": at("2021-03-05 17:30")}
    paper.take_all(*make(Desk()))
    return paper


def _opened(d: Desk, **more: Any) -> Message:
    return d.open(at("2021-03-01 09:00"), water(), **more)


def _accepted(d: Desk, **more: Any) -> tuple[Message, ...]:
    return _opened(d, **more), d.accept(at("2021-03-01 10:00"))


STORIES: dict[str, Callable[[Desk], Iterable[Message]]] = {
    "SZ-01-approved": a_whole_case,
    "SZ-02-late": lambda d: (
        *a_whole_case(d)[:4],
        d.complete(at("2021-03-09 10:00"), "water-on"),
        d.decide(at("2021-03-09 11:00"), "approved-with-tolerance"),
    ),
    "SZ-03-supplement": lambda d: (
        _opened(d),
        d.send_back(at("2021-03-01 15:00")),
        d.resubmit(at("2021-03-03 09:00")),
        d.accept(at("2021-03-03 10:00")),
    ),
    "SZ-04-out-for-supplement": lambda d: (_opened(d), d.send_back(at("2021-03-01 15:00"))),
    "SZ-05-suspended": lambda d: (
        *_accepted(d, survey="SURVEY-1", parent="PROJECT-1"),
        d.suspend(at("2021-03-02 09:00"), "a client's own words", "hearing"),
        d.resume(at("2021-03-03 09:00"), "a client's own words"),
        d.suspend(at("2021-03-03 11:00"), "s2", "hearing"),
    ),
    "SZ-06-corrected": lambda d: (
        *_accepted(d),
        d.send_back(at("2021-03-02 09:00"), "joint-site-survey"),
        d.resubmit(at("2021-03-03 09:00"), "joint-site-survey"),
        d.complete(at("2021-03-03 15:00"), "joint-site-survey"),
        d.correct(at("2021-03-03 16:00"), 5, instant=at("2021-03-03 12:00")),
    ),
    "SZ-07-extended": lambda d: (
        *_accepted(d),
        d.extend(at("2021-03-02 09:00"), "promise/sz-22-water-no-pipe", 2),
        d.fee(at("2021-03-02 10:00"), 1250),
    ),
    "SZ-08-taken-back": lambda d: (_opened(d), d.withdraw(at("2021-03-01 12:00"))),
    "SZ-09-withdrawn": lambda d: (*_accepted(d), d.withdraw(at("2021-03-01 12:00"))),
    "SZ-10-refused-at-the-door": lambda d: (_opened(d), d.refuse(at("2021-03-01 12:00"))),
    "SZ-11-not-approved": lambda d: (*_accepted(d), d.decide(at("2021-03-02 12:00"), "refused")),
    "SZ-12-revoked": lambda d: (*a_whole_case(d), d.revoke(at("2021-03-20 12:00"))),
    "SZ-13-ended-by-a-step": lambda d: (
        d.open(at("2021-03-01 09:00"), water(APPROVED), promises=promised(30)),
        d.accept(at("2021-03-01 10:00"), promises=promised(30)),
        d.complete(at("2021-03-02 10:00"), "joint-site-survey"),
        d.complete(at("2021-03-03 10:00"), "connection-plan-reply"),
        d.complete(at("2021-03-05 10:00"), "road-excavation-permit", outcome="refused"),
    ),
    "SZ-14-terminated": lambda d: (*_accepted(d), d.terminate(at("2021-03-03 12:00"))),
    "SZ-15-tolerance": lambda d: (
        _opened(d),
        d.accept(at("2021-03-01 10:00"), tolerance=TOLERANCE),
        d.supply(at("2021-03-02 09:00")),
        *a_whole_case(d)[2:-1],
        d.decide(at("2021-03-04 11:00"), "approved-with-tolerance"),
    ),
    "SZ-16-reclassified": lambda d: (
        *_accepted(d),
        d.complete(at("2021-03-02 10:00"), "joint-site-survey"),
        d.reclassify(at("2021-03-03 10:00"), water(APPROVED), promises=promised(30), receipt_promises=promised(30)),
        d.complete(at("2021-03-04 10:00"), "connection-plan-reply"),
        d.reclassify(at("2021-03-05 10:00"), water(), promises=promised(), receipt_promises=promised()),
    ),
    "SZ-17-handed-over": lambda d: (
        *_accepted(d),
        d.hand_over(at("2021-03-02 09:00"), "joint-site-survey", "市燃气集团"),
        d.complete(at("2021-03-02 10:00"), "joint-site-survey"),
    ),
    "SZ-18-halt-corrected": lambda d: (
        *_accepted(d),
        d.suspend(at("2021-03-02 09:00"), "s1", "hearing"),
        d.resume(at("2021-03-04 09:00"), "s1"),
        d.correct(at("2021-03-04 16:00"), 3, instant=at("2021-03-01 16:00"), end=at("2021-03-03 12:00")),
    ),
}


def written(store: Store, form: LogForm, file: Path, **wanted: Any) -> ExportSums:
    return export(store, CaseFilter(**wanted), instants_of(RELEASE, NOW), form, file)


def read_again(file: Path) -> dict[str, tuple[LogTrace, list[LogEvent]]]:
    """A log in XES as our reader has it."""
    found: dict[str, tuple[LogTrace, list[LogEvent]]] = {}
    events: list[LogEvent] = []
    for item in read_xes(file, Moments(SHANGHAI)):
        assert not isinstance(item, LogFault)
        if isinstance(item, LogEvent):
            events.append(item._replace(line=0))
        else:
            found[item.case], events = (item, events), []
    return found


def comparable(one: ExportedCase) -> list[LogEvent]:
    """A case's events as they were written."""
    return [event._replace(line=0) for event in one.events]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
