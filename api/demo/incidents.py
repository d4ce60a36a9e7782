"""What goes wrong in 2021: told late, told too late, told twice, out of order, by a stranger, corrected, revoked."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import httpx2

from api.demo.days import WorkingDays, at, close
from api.demo.judging import Check
from api.demo.players import (
    AUDITOR,
    OFFICER,
    STRANGER,
    Answered,
    Cast,
    Unplayed,
    confirm,
    confirm_all,
    doer,
    key_of,
    play,
)
from api.demo.promises import AS_OF
from api.demo.script import Act, CaseKind, Script, carried

Incident = Callable[[Cast], Awaitable[list[Check]]]

ALARM_GRACE = timedelta(seconds=5)  # real time from a due instant to its alarm, as the settings have it
LOOK = 0.15  # seconds
WATER = CaseKind(procedure="water-connection", jurisdiction="suzhou", variant="no-new-pipe", facts={})
GAS = CaseKind(procedure="gas-connection", jurisdiction="suzhou", variant="no-new-pipe", facts={})
WATER_PROMISE, WATER_LIMIT, WATER_LAST = "sz-22-water-no-pipe", 4, "water-on"
GAS_PROMISE, GAS_LIMIT, GAS_LAST = "sz-22-gas-no-pipe", 3, "gas-on"
PARALLEL = 20
# A due date before a long holiday, and the instant from which more than three working days have passed since.
HOLIDAYS = (
    (date(2021, 2, 10), at(date(2021, 2, 22), 0)),
    (date(2021, 4, 30), at(date(2021, 5, 10), 0)),
)
TOLD_LATE = "met; alarm withdrawn, told-late, told late"


def _days() -> WorkingDays:
    return WorkingDays("suzhou", AS_OF)


def _water(case: str, due: date, ended: datetime, what: str) -> Script:
    days = _days()
    begin = at(days.plus(due, -WATER_LIMIT), 14)
    return carried(WATER, case=case, what=what, days=days, accepted=begin, ended=ended, expected=())


def _gas(case: str, accepted: date, what: str) -> Script:
    days = _days()
    ended = at(days.plus(accepted, GAS_LIMIT), 11)
    return carried(GAS, case=case, what=what, days=days, accepted=at(accepted, 11), ended=ended, expected=())


def _clock(shown: dict[str, Any], commitment: str) -> dict[str, Any]:
    return next(clock for clock in shown["clocks"] if clock["commitment"] == commitment)


def _alarms(clock: dict[str, Any]) -> list[dict[str, Any]]:
    return [rung for rung in clock["rungs"] if rung["kind"] == "overdue"]


def _words(clock: dict[str, Any]) -> str:
    """A clock's verdict and what became of its alarm."""
    said = [str(clock["verdict"] or clock["standing"])]
    said += [
        f"alarm withdrawn, {rung['withdrawn']}{', told late' if rung['told_late'] else ''}"
        if rung["withdrawn"]
        else "alarm stands"
        for rung in _alarms(clock)
    ]
    return "; ".join(said)


async def _is_listed(cast: Cast, where: str, case: str) -> str:
    path = "/v1/told-late"
    while True:
        body = (await cast.send(AUDITOR, path)).body
        if any(one["case"] == case for one in body[where]):
            return "listed"
        if not body["next"]:
            return "not listed"
        path = f"/v1/told-late?after={body['next']}"


async def told_late(cast: Cast) -> list[Check]:
    """Water on in time, told after the alarm, within three working days; a slow machine has a second holiday for it."""
    checks: list[Check] = []
    for eve, latest in HOLIDAYS:
        answer, checks = await _told_after_alarm(cast, eve, latest)
        if not answer.body["pending"]:
            break
    return checks


async def _told_after_alarm(cast: Cast, eve: date, latest: datetime) -> tuple[Answered, list[Check]]:
    topic, done_at = "told late", at(eve, 16)
    script = _water(f"late-told-late-{eve:%m-%d}", eve, done_at, topic)
    await play(cast, script.without(WATER_LAST))
    alarm = close(eve) + ALARM_GRACE * cast.timeline.rate
    await cast.until(alarm)
    raised = False
    while not raised and cast.now < latest:
        await asyncio.sleep(LOOK)
        raised = bool(_alarms(_clock(await cast.case(script.case), WATER_PROMISE)))
    answer = await cast.post(script, Act(done_at, "complete", WATER_LAST, {"outcome": "done"}))
    if not answer.good:
        raise Unplayed(answer.text)
    clock = _clock(await cast.case(script.case), WATER_PROMISE)
    happened, told = (datetime.fromisoformat(answer.body[name]) for name in ("at", "told"))
    listed = await _is_listed(cast, "told_late", script.case)
    words = "raised" if raised else "none"
    both = "both stay" if happened == done_at and told > alarm else f"{happened}, {told}"
    return answer, [
        Check(topic=topic, what="alarm after the due instant", expected="raised", got=words),
        Check(topic=topic, what="waits for an officer", expected="False", got=str(answer.body["pending"])),
        Check(topic=topic, what="the instants it happened and was told", expected="both stay", got=both),
        Check(topic=topic, what="verdict", expected=TOLD_LATE, got=_words(clock)),
        Check(topic=topic, what="in the officers' list", expected="listed", got=listed),
    ]


async def told_too_late(cast: Cast) -> list[Check]:
    """Tell of gas on in time, eight working days later: it counts once it is confirmed."""
    topic, days = "told beyond three working days", _days()
    script = _gas("late-waits-for-officer", date(2021, 3, 1), topic)
    done_at = script.ends
    await play(cast, script.without(GAS_LAST))
    await cast.until(at(days.plus(done_at.date(), 8), 10))
    act = Act(done_at, "complete", GAS_LAST, {"outcome": "done"})
    answer = await cast.post(script, act)
    if not answer.good:
        raise Unplayed(answer.text)
    seq = answer.body["seq"]
    before = _clock(await cast.case(script.case), GAS_PROMISE)
    waiting = await _is_listed(cast, "waiting", script.case)
    path = f"/v1/cases/{script.case}/confirmations"
    company = await cast.send(doer(script, act), path, {"seq": seq}, f"{script.case}/by-itself")
    supervisor = await confirm(cast, script, seq)
    after = _clock(await cast.case(script.case), GAS_PROMISE)
    return [
        Check(topic=topic, what="waits for an officer", expected="True", got=str(answer.body["pending"])),
        Check(topic=topic, what="among those that wait", expected="listed", got=waiting),
        Check(topic=topic, what="verdict until then", expected="missed; alarm stands", got=_words(before)),
        Check(topic=topic, what="the company confirms itself", expected="403 forbidden", got=company.word),
        Check(topic=topic, what="a supervisor confirms", expected="201", got=supervisor.word),
        Check(topic=topic, what="verdict then", expected=TOLD_LATE, got=_words(after)),
    ]


async def happened_late(cast: Cast) -> list[Check]:
    """Water on a day late and told at once: broken, by its own day."""
    topic, days = "happened late", _days()
    due = date(2021, 3, 24)
    script = _water("late-happened-late", due, at(days.plus(due, 1), 9), topic)
    await play(cast, script)
    clock = _clock(await cast.case(script.case), WATER_PROMISE)
    return [Check(topic=topic, what="verdict", expected="missed; alarm stands", got=_words(clock))]


async def repeated(cast: Cast) -> list[Check]:
    """Send one completion twenty times at once, with one key and with twenty, then with another content."""
    topic = "repeated"
    script = _gas("repeated-20-times", date(2021, 3, 15), topic)
    await play(cast, script.without(GAS_LAST))
    act = Act(script.ends, "complete", GAS_LAST, {"outcome": "done"})
    await cast.until(act.at)
    same = await asyncio.gather(*(cast.post(script, act) for _ in range(PARALLEL)))
    others = await asyncio.gather(*(cast.post(script, act, key=f"{script.case}/{n}") for n in range(PARALLEL)))
    said = Act(act.at, "complete", GAS_LAST, {"outcome": "done", "note": "another content"})
    other_key = await cast.post(script, said, key=f"{script.case}/other")
    same_key = await cast.post(script, said, key=key_of(script, act))
    events = (await cast.send(AUDITOR, f"/v1/cases/{script.case}/events", limit="200")).body["events"]
    recorded = [event for event in events if event["kind"] == "completed" and event["body"]["step"] == GAS_LAST]
    return [
        Check(topic=topic, what="one key, 20 at once", expected="1 x 201, 19 x 200", got=_counted(same)),
        Check(topic=topic, what="20 keys, 20 at once", expected="20 x 200", got=_counted(others)),
        Check(
            topic=topic,
            what="answers that differ",
            expected="0",
            got=str(len({answer.text for answer in (*same, *others)}) - 1),
        ),
        Check(topic=topic, what="events on record", expected="1", got=str(len(recorded))),
        Check(
            topic=topic, what="another content, another key", expected="409 step-already-completed", got=other_key.word
        ),
        Check(topic=topic, what="another content, the same key", expected="422 request-reused", got=same_key.word),
    ]


def _counted(answers: list[Answered]) -> str:
    words = sorted((answer.word for answer in answers), reverse=True)
    return ", ".join(f"{words.count(word)} x {word}" for word in dict.fromkeys(words))


async def out_of_order(cast: Cast) -> list[Check]:
    """Tell the last step before the one that it waits for."""
    topic = "out of order"
    script = _gas("out-of-order", date(2021, 4, 6), topic)
    *earlier, inspection, last, _ = script.acts
    for act in earlier:
        await cast.until(act.at)
        await cast.post(script, act)
    await cast.until(last.at)
    early = await cast.post(script, last)
    missing = await cast.post(script, inspection)
    again = await cast.post(script, last)
    await confirm_all(cast, script, [missing, again])
    clock = _clock(await cast.case(script.case), GAS_PROMISE)
    return [
        Check(topic=topic, what="the later step first", expected="409 step-not-open", got=early.word),
        Check(topic=topic, what="then the earlier one", expected="201", got=missing.word),
        Check(topic=topic, what="the later one again, same key", expected="201", got=again.word),
        Check(topic=topic, what="verdict", expected="met", got=clock["verdict"]),
    ]


async def by_a_stranger(cast: Cast) -> list[Check]:
    """Another city's water company, an auditor, and a key that nobody was given."""
    topic = "a stranger's key"
    script = _water("stranger", date(2021, 4, 22), at(date(2021, 4, 21), 10), topic)
    await play(cast, script.without(WATER_LAST))
    act = Act(script.ends, "complete", WATER_LAST, {"outcome": "done"})
    await cast.until(act.at)
    wrong = await cast.post(script, act, who="taicang-water", key="stranger/1")
    nothing = await cast.send(
        "taicang-water", f"/v1/cases/no-such-case/steps/{WATER_LAST}/completions", {"outcome": "done"}, "stranger/2"
    )
    looks = await cast.send("taicang-water", f"/v1/cases/{script.case}")
    nobody = await cast.post(script, act, who=STRANGER, key="stranger/3")
    auditor = await cast.post(script, act, who=AUDITOR, key="stranger/4")
    decides = await cast.send("suzhou-water", f"/v1/cases/{script.case}/decide", {"outcome": "approved"}, "stranger/5")
    own = await cast.post(script, act)
    return [
        Check(topic=topic, what="another company's step", expected="404 unknown-step", got=wrong.word),
        Check(topic=topic, what="a case that is not there", expected="404 unknown-step", got=nothing.word),
        Check(topic=topic, what="both answers alike", expected="yes", got=_alike(wrong, nothing)),
        Check(topic=topic, what="reading the case", expected="404 unknown-case", got=looks.word),
        Check(topic=topic, what="a key nobody was given", expected="401 unauthenticated", got=nobody.word),
        Check(topic=topic, what="an auditor completes a step", expected="403 forbidden", got=auditor.word),
        Check(topic=topic, what="the company decides the case", expected="403 forbidden", got=decides.word),
        Check(topic=topic, what="the company whose step it is", expected="201", got=own.word),
    ]


def _alike(one: Answered, other: Answered) -> str:
    parts = ("type", "title", "status", "detail", "errors")
    return "yes" if all(one.body.get(part) == other.body.get(part) for part in parts) else "no"


async def in_a_batch(cast: Cast) -> list[Check]:
    """Send a company's completions in one request: each is answered by itself."""
    topic = "in a batch"
    script = _gas("batch", date(2021, 4, 13), topic)
    begun, accepted, survey, *rest = script.acts
    for act in (begun, accepted):
        await cast.until(act.at)
        await cast.post(script, act)
    await cast.until(script.ends)
    items = [
        {"key": f"{script.case}/{number}", "case": script.case, "step": act.about, "outcome": "done", "at": act.at}
        for number, act in enumerate([survey, *rest[:-1]])
    ]
    other = {**items[0], "key": f"{script.case}/foreign", "case": "stranger"}
    answer = await cast.send("suzhou-gas", "/v1/completions:batch", {"items": [*items, items[0], other]})
    got = ", ".join(str(item["status"]) for item in answer.body["items"])
    receipts = [item["receipt"] for item in answer.body["items"] if item["status"] == httpx2.codes.CREATED]
    await confirm_all(cast, script, [Answered(201, receipt, "") for receipt in receipts])
    clock = _clock(await cast.case(script.case), GAS_PROMISE)
    return [
        Check(topic=topic, what="three own, one again, one foreign", expected="201, 201, 201, 200, 404", got=got),
        Check(topic=topic, what="verdict", expected="met", got=clock["verdict"]),
    ]


async def corrected(cast: Cast) -> list[Check]:
    """Play a decided case whose completion was booked a second too late, corrected a month on; then it is revoked."""
    topic, due = "corrected and revoked after the decision", date(2021, 2, 26)
    script = _water("corrected", due, close(due, late=1), topic)
    await play(cast, script)
    before = _words(_clock(await cast.case(script.case), WATER_PROMISE))
    events = (await cast.send(AUDITOR, f"/v1/cases/{script.case}/events", limit="200")).body["events"]
    seq = next(e["seq"] for e in events if e["kind"] == "completed" and e["body"]["step"] == WATER_LAST)
    await cast.until(at(date(2021, 3, 29), 10))
    body = {"seq": seq, "instant": close(due), "reason": "工单时间 the work sheet says so"}
    path = f"/v1/cases/{script.case}"
    fixed = await cast.send(OFFICER, f"{path}/corrections", body, f"{script.case}/correct")
    after = _words(_clock(await cast.case(script.case), WATER_PROMISE))
    await cast.until(at(date(2021, 4, 1), 10))
    revoked = await cast.send(OFFICER, f"{path}/revoke", {"reason": "依法撤销 by law"}, f"{script.case}/revoke")
    shown = await cast.case(script.case)
    return [
        Check(topic=topic, what="verdict before", expected="missed; alarm stands", got=before),
        Check(topic=topic, what="corrected", expected="201", got=fixed.word),
        Check(topic=topic, what="verdict after", expected="met; alarm withdrawn, corrected", got=after),
        Check(topic=topic, what="revoked", expected="201", got=revoked.word),
        Check(topic=topic, what="national status code", expected="15", got=str(shown["national_state"])),
        Check(
            topic=topic,
            what="its clock then",
            expected="void",
            got="void" if _clock(shown, WATER_PROMISE)["void"] else "judged",
        ),
    ]


INCIDENTS: tuple[Incident, ...] = (
    told_late,
    told_too_late,
    happened_late,
    repeated,
    out_of_order,
    by_a_stranger,
    in_a_batch,
    corrected,
)
