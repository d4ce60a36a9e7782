"""Promises that no case measures: each kind without evidence, short, late, kept, and corrected; a year's share also by its cases."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.demo.days import at
from api.demo.judging import Check
from api.demo.players import AUDITOR, OFFICER, SUPERVISOR, Answered, Cast, Unplayed
from api.figures.standing_words import KINDS as KIND_WORDS
from sla.commitments.register import REGISTER
from sla.indicators import kind_of

TOPIC = "观测 Promises that no case measures"
CASES = "企业注销 Deregistrations of 2021, by their cases"
YEAR_END, LATER = "2020-12-31", "2021-01-02"
SAID = {"source": "演练 rehearsal", "evidence": "演练依据 rehearsal, page 1", "evidence_sha256": "0" * 64}
SHARE = "tc-54-deregistration"
EARLY = date(2020, 6, 30)
FIRST = at(date(2021, 1, 4), 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldKind:
    """A kind of observation: what falls short by the least, what keeps the promise a day too late, and what keeps it exactly."""

    commitment: str
    short: Mapping[str, Any]
    good: Mapping[str, Any]
    late: Mapping[str, Any] | None  # None: a year's share is late only when the next year is over


def _days(first: str, last: str) -> dict[str, str]:
    return {"first": first, "last": last}


def _kind(
    commitment: str, short: Mapping[str, Any], good: Mapping[str, Any], first: str, first_later: str | None
) -> ToldKind:
    of_year = _days(first, YEAR_END)
    late = None if first_later is None else {**_days(first_later, LATER), **good}
    return ToldKind(commitment=commitment, short={**of_year, **short}, good={**of_year, **good}, late=late)


KINDS = (
    _kind("sz-19-finance-access", {"numerator": 1499, "denominator": 10_000}, {"numerator": 1500, "denominator": 10_000}, YEAR_END, LATER),
    _kind("sz-19-first-loan", {"numerator": 1000, "denominator": 10_000}, {"numerator": 1001, "denominator": 10_000}, YEAR_END, LATER),
    _kind(SHARE, {"numerator": 699, "denominator": 1000}, {"numerator": 700, "denominator": 1000}, "2020-01-01", None),
    _kind("sz-21-tax-hours", {"value": 100.5}, {"value": 100}, "2020-01-01", "2020-01-03"),
    _kind("sz-23-customs-half", {"value": 31.3, "base": 62.5, "base_of": "2017"}, {"value": 31.25, "base": 62.5, "base_of": "2017"}, YEAR_END, LATER),
    _kind("tc-48-one-thing", {"value": 27}, {"value": 28}, "2020-01-01", LATER),
    _kind("tc-48-agents", {"value": 2}, {"value": 3}, "2020-01-01", LATER),
    _kind("sz-24-invitation-system", {"in_place": False}, {"in_place": True}, YEAR_END, LATER),
    _kind("sz-21-one-drawing-review", {"in_place": False}, {"in_place": True}, "2020-01-01", "2020-03-02"),
)  # fmt: skip


async def observations(cast: Cast) -> list[Check]:
    """Play every kind beside the others, then ask how all promises stand."""
    await cast.until(FIRST)
    played = await asyncio.gather(*(_observed(cast, told) for told in KINDS))
    checks = [check for own in played for check in own]
    before = await _standings(cast, until=EARLY.isoformat())
    checks.append(
        Check(
            topic=TOPIC, what=f"{KINDS[0].commitment} in June 2020", expected="ramp-up", got=before[KINDS[0].commitment]
        )
    )
    checks.append(
        Check(
            topic=TOPIC,
            what="promises with a standing",
            expected="73 of 73",
            got=f"{len(await _standings(cast))} of {len(REGISTER)}",
        )
    )
    return [*checks, *await _deregistrations(cast)]


async def _observed(cast: Cast, told: ToldKind) -> list[Check]:
    """One promise: nothing, told by one, confirmed by another, reached too late, and corrected to what was true."""
    name, checks = told.commitment, []
    kind = kind_of(REGISTER[name])
    said = f"{name} {kind and ' '.join(KIND_WORDS[kind])}:"

    async def look(what: str, expected: str) -> None:
        checks.append(Check(topic=TOPIC, what=f"{said} {what}", expected=expected, got=await _standing(cast, name)))

    await look("nothing observed", "no-evidence")
    number = await _record(cast, name, "record", told.short)
    own = await cast.send(OFFICER, f"{_path(name)}/{number}/confirm", {}, f"demo/{name}/own")
    checks.append(Check(topic=TOPIC, what=f"{said} confirmed by who told it", expected="403 own-posting", got=own.word))
    await look("told, and not confirmed", "no-evidence, 1 waits")
    await _confirm(cast, name, number)
    await look("short by the least", "short")
    if told.late is not None:
        await _confirm(cast, name, await _record(cast, name, "late", told.late))
        await look("reached after the day it bound", "late")
    body = {**told.good, "reason": "演练更正 a rehearsal's correction"}
    await _confirm(cast, name, await _record(cast, name, "correct", body, f"/{number}/correct"))
    await look("corrected: exactly as promised", "kept, 1 corrected")
    return checks


async def _deregistrations(cast: Cast) -> list[Check]:
    """Three of four on the platform keep seven of ten, three of five do not."""
    checks = []
    for number, (variant, expected) in enumerate(
        [("on-platform", ""), ("on-platform", ""), ("on-platform", ""), ("off-platform", "kept 75"), ("off-platform", "in-danger 60")], 1
    ):  # fmt: skip
        await _deregister(cast, f"DR-2021-{number}", variant)
        if expected:
            answer = await cast.send(AUDITOR, _path(SHARE))
            shown = answer.body["standing"]
            got = f"{shown['standing']} {shown['measured']}"
            checks.append(Check(topic=CASES, what=f"{number} approved", expected=expected, got=got))
    return checks


async def _deregister(cast: Cast, case: str, variant: str) -> None:
    opened = {
        "procedure": "deregistration",
        "jurisdiction": "taicang",
        "variant": variant,
        "facts": {"simplified": True},
    }
    await _do(cast, "/v1/cases", f"{case}/open", {"case": case, **opened})
    await _do(cast, f"/v1/cases/{case}/accept", f"{case}/accept")
    for step in ("tax-clearance", "simplified-notice", "deregistration-approval"):
        await _do(cast, f"/v1/cases/{case}/steps/{step}/completions", f"{case}/{step}", {"outcome": "done"})
    await _do(cast, f"/v1/cases/{case}/decide", f"{case}/decide", {"outcome": "approved"})


async def _do(cast: Cast, path: str, key: str, body: Mapping[str, Any] | None = None, who: str = OFFICER) -> Answered:
    answer = await cast.send(who, path, body or {}, f"demo/{key}")
    if not answer.good:
        raise Unplayed(f"{path}: {answer.text}")
    return answer


async def _record(cast: Cast, name: str, key: str, body: Mapping[str, Any], where: str = "") -> int:
    answer = await _do(cast, f"{_path(name)}{where}", f"{name}/{key}", {**body, **SAID})
    return int(answer.body["number"])


async def _confirm(cast: Cast, name: str, number: int) -> None:
    await _do(cast, f"{_path(name)}/{number}/confirm", f"{name}/confirm/{number}", who=SUPERVISOR)


async def _standing(cast: Cast, name: str) -> str:
    shown = (await cast.send(AUDITOR, _path(name))).body["standing"]
    parts = [shown["standing"]]
    parts += [f"{shown[of]} {word}" for of, word in (("waiting", "waits"), ("corrected", "corrected")) if shown[of]]
    return ", ".join(parts)


async def _standings(cast: Cast, until: str = YEAR_END) -> dict[str, str]:
    answer = await cast.send(AUDITOR, "/v1/commitments/standings", until=until)
    return {one["commitment"]: one["standing"] for one in answer.body["standings"]}


def _path(name: str) -> str:
    return f"/v1/commitments/{name}/observations"
