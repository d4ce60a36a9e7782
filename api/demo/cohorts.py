"""Averages: a cohort whose mean is the limit, one that one working day breaks, one that only a suspension saves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from api.demo.days import WorkingDays, at
from api.demo.promises import AS_OF, BROKEN, GROUND, KEPT, PAUSED, kind_of, limit_of
from api.demo.script import Expected, Pause, Script, carried
from sla.commitments.commitment import Commitment
from sla.commitments.register import REGISTER

WHAT = {
    KEPT: "its cohort just within the average",
    BROKEN: "its cohort a working day too long",
    PAUSED: "its cohort saved by a suspension",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The cases of both cities that end in a month, by the working days they use; the Taicang ones count twice.

    `paused`: working days of a suspension in each of them.
    """

    suzhou: str
    taicang: str
    how: str
    last: date  # the day on which the first case ends, working days before the others
    own: tuple[int, ...]
    others: tuple[int, ...]
    paused: int = 0

    @property
    def month(self) -> str:
        """As the register of averages names it."""
        return f"{self.last.year}-{self.last.month:02}"


LOW = ("sz-22-power-low", "tc-61-power-low")
MEDIUM = ("sz-22-power-medium", "tc-61-power-medium")
WATER = ("sz-22-water-pipe-approval", "tc-60-water-pipe-approval")


def _cohort(
    both: tuple[str, str], how: str, last: date, own: tuple[int, ...], others: tuple[int, ...], paused: int = 0
) -> Cohort:
    return Cohort(suzhou=both[0], taicang=both[1], how=how, last=last, own=own, others=others, paused=paused)


# Suzhou promises 7, 35 and 30 on the average, Taicang 5, 35 and 30.
COHORTS = (
    _cohort(LOW, KEPT, date(2021, 2, 3), own=(8, 10), others=(4, 6)),  # without Taicang's two it would be 9
    _cohort(LOW, BROKEN, date(2021, 3, 10), own=(8, 10), others=(5, 6)),
    _cohort(LOW, PAUSED, date(2021, 4, 13), own=(8, 8), others=(5,), paused=6),
    _cohort(MEDIUM, KEPT, date(2021, 3, 9), own=(34, 36), others=(33, 37)),
    _cohort(MEDIUM, BROKEN, date(2021, 4, 9), own=(34, 36), others=(35, 36)),
    _cohort(MEDIUM, PAUSED, date(2021, 5, 12), own=(35,), others=(35,), paused=4),
    _cohort(WATER, KEPT, date(2021, 2, 24), own=(29, 31), others=(28, 32)),
    _cohort(WATER, BROKEN, date(2021, 3, 17), own=(29, 31), others=(30, 31)),
    _cohort(WATER, PAUSED, date(2021, 4, 20), own=(30,), others=(30,), paused=4),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """What a commitment's cohort of a month must come to."""

    commitment: str
    month: str
    what: str
    n: int
    total: int  # working days
    limit: int
    kept: bool


def means() -> Iterator[Mean]:
    """Both cities' cohorts, each with its verdict as it is meant to be."""
    for cohort in COHORTS:
        for commitment, used in (
            (cohort.suzhou, (*cohort.own, *cohort.others)),
            (cohort.taicang, cohort.others),
        ):
            yield Mean(
                commitment=commitment,
                month=cohort.month,
                what=cohort.how,
                n=len(used),
                total=sum(used),
                limit=_limit(REGISTER[commitment], cohort.last),
                kept=cohort.how != BROKEN,
            )


def scripts() -> tuple[Script, ...]:
    """Return all cases of the cohorts."""
    return tuple(script for cohort in COHORTS for script in _members(cohort))


def _limit(commitment: Commitment, day: date) -> int:
    return limit_of(kind_of(commitment), commitment.id, day)


def _members(cohort: Cohort) -> Iterator[Script]:
    turn = 0
    for commitment, used in ((cohort.suzhou, cohort.own), (cohort.taicang, cohort.others)):
        for number in used:
            yield _member(cohort, REGISTER[commitment], number, turn)
            turn += 1


def _member(cohort: Cohort, commitment: Commitment, used: int, turn: int) -> Script:
    days = WorkingDays(commitment.jurisdiction, AS_OF)
    ended = days.plus(cohort.last, turn // 2)
    accepted = days.plus(ended, -used - cohort.paused)
    pause = None
    if cohort.paused:
        stopped = days.plus(accepted, 2)
        pause = Pause(GROUND, at(stopped, 14), at(days.plus(stopped, cohort.paused), 9))
    kind = kind_of(commitment)
    limit = limit_of(kind, commitment.id, accepted)
    expected = Expected(
        commitment=commitment.id,
        verdict="met" if used <= limit else "missed",
        used=used,
        limit=limit,
        due=days.due(accepted, limit, [(pause.begin.date(), pause.end.date())] if pause else []),
        judged=False,
    )
    return carried(
        kind,
        case=f"{commitment.id}-{cohort.how}-{turn + 1}",
        what=WHAT[cohort.how],
        days=days,
        accepted=at(accepted, 9, 30 + turn),
        ended=at(ended, 15, 10 * turn),
        expected=[expected],
        pause=pause,
    )
