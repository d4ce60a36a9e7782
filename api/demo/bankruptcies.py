"""Simple bankruptcies: six months kept on their last moment, broken by a second, and longer on a ground: an exception."""

import asyncio
from datetime import date, datetime
from typing import Any

from api.demo.days import at, close
from api.demo.judging import Check
from api.demo.players import AUDITOR, OFFICER, SUPERVISOR, Cast, Unplayed

TOPIC = "破产 Simple bankruptcies, six months in principle"
PROMISE = "sz-20-bankruptcy"
ACCEPTED = at(date(2020, 8, 10), 10)
TOLD = at(date(2021, 1, 4), 9)
DUE = date(2021, 2, 10)  # 民法典 202: the day of the same number
EXTENDED = date(2021, 3, 10)
BEFORE = ("administrator-appointment", "takeover-and-notice", "claims", "property-survey", "creditors-meeting",
          "bankruptcy-declaration", "distribution")  # fmt: skip


async def bankruptcies(cast: Cast) -> list[Check]:
    """Play three that were accepted in August 2020 and told of in January 2021, each with its verdict."""
    await cast.until(TOLD)
    ended = {
        "kept": close(DUE),
        "broken": close(DUE, late=1),
        "exception": close(EXTENDED),
    }
    shown = await asyncio.gather(*(_one(cast, how, when) for how, when in ended.items()))
    checks = [
        Check(topic=TOPIC, what=f"{how}: ended {when:%Y-%m-%d %H:%M:%S}", expected=expected, got=got)
        for (how, when), expected, got in zip(ended.items(), ("met 6", "missed 6", "met 7"), shown, strict=True)
    ]
    counted = await cast.send(AUDITOR, "/v1/commitments/standings")
    found = next(one for one in counted.body["standings"] if one["commitment"] == PROMISE)
    got = f"{found['standing']}: {found['cases']} decided, {found['late']} late, {found['exceptions']} exceptions"
    expected = "broken: 3 decided, 1 late, 1 exceptions"
    return [*checks, Check(topic=TOPIC, what="the promise", expected=expected, got=got)]


async def _one(cast: Cast, how: str, ended: datetime) -> str:
    case = f"BP-{how}"
    kind = {"procedure": "bankruptcy", "jurisdiction": "suzhou", "variant": "simple-case"}
    await _do(cast, case, "/v1/cases", {"case": case, **kind, "at": ACCEPTED})
    await _do(cast, case, f"/v1/cases/{case}/accept", {"at": ACCEPTED})
    for step in BEFORE:
        await _complete(cast, case, step, ACCEPTED)
    if how == "exception":
        promise = next(clock["key"] for clock in (await cast.case(case))["clocks"] if clock["commitment"] == PROMISE)
        granted = {
            "clock": promise,
            "months": 1,
            "approved_by": "院长 the president",
            "reason": "衍生诉讼未结 a suit is pending",
        }
        await _do(cast, case, f"/v1/cases/{case}/extensions", granted)
    await cast.until(ended)
    await _complete(cast, case, "conclusion", ended)
    await _do(cast, case, f"/v1/cases/{case}/decide", {"outcome": "approved", "at": ended})
    clock = next(one for one in (await cast.case(case))["clocks"] if one["commitment"] == PROMISE)
    return f"{clock['verdict']} {clock['used']}"


async def _complete(cast: Cast, case: str, step: str, when: datetime) -> None:
    """Complete a step; what is told months later is confirmed."""
    path = f"/v1/cases/{case}/steps/{step}/completions"
    told = await _do(cast, case, path, {"outcome": "done", "at": when}, step)
    if told["pending"]:
        await _do(cast, case, f"/v1/cases/{case}/confirmations", {"seq": told["seq"]}, f"confirm/{step}", SUPERVISOR)


async def _do(
    cast: Cast, case: str, path: str, body: dict[str, Any], about: str = "", who: str = OFFICER
) -> dict[str, Any]:
    key = f"demo/{case}/{about or path.rpartition('/')[2]}"
    answer = await cast.send(who, path, body, key)
    if not answer.good:
        raise Unplayed(f"{path}: {answer.text}")
    found: dict[str, Any] = answer.body
    return found
