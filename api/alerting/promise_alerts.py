"""Alerts about what was promised: steps, cases, departments, commitments."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

from api.alerting.model import KEEP, Alert, Group, Scope, Severity
from api.alerting.records import (
    COMPLETED_MEAN,
    FORECAST_MEAN,
    OPEN_CASES,
    OVERDUE_RATIO,
    STEPS_OF_DEPARTMENT,
    TARGET,
    newest,
    of_all_departments,
)

RED_CARD = 3  # working days after which an overdue step has the red card, where its procedure has no other number
COMMON: Mapping[str, int] = MappingProxyType({})  # no procedure has a number of its own
SOON = 0.8  # of the time that there is
LATE_SHARE, LATE_STEPS = Decimal("0.1"), 3  # of a department's open steps that are overdue
A_DAY = 86_400  # seconds
ENOUGH = 5  # cases, below which a mean says nothing

STEP_OVERDUE = newest("shixian_case_step_overdue_workdays")
CASE_OVERDUE = newest("shixian_case_overdue_workdays")


# --- steps ------------------------------------------------------------------------------------------------------------

_OF_STEP = ("case_id", "step", "department")

_STEP_DUE_SOON = Alert(
    name="ShixianStepDueSoon",
    severity=Severity.INFO,
    scope=Scope.STEP,
    expression=(
        f"{newest('shixian_case_step_elapsed_ratio')} >= {SOON}\nunless on (case_id, step)\n{STEP_OVERDUE} >= 0"
    ),
    about=_OF_STEP,
    keep=KEEP,
)


def _step_overdue(severity: Severity, expression: str) -> Alert:
    return Alert(
        name="ShixianStepOverdue",
        severity=severity,
        scope=Scope.STEP,
        expression=expression,
        about=_OF_STEP,
        keep=KEEP,
    )


def _passed(thresholds: Mapping[str, int]) -> str:
    """Each procedure with a number of its own, and all others with the common one."""
    own = {procedure: days for procedure, days in sorted(thresholds.items()) if days != RED_CARD}
    if not own:
        return f"{STEP_OVERDUE} >= {RED_CARD}"
    parts = [_overdue("!~", "|".join(own), RED_CARD)]
    parts += [_overdue("=", name, days) for name, days in own.items()]
    return "\nor\n".join(parts)


def _overdue(match: str, procedures: str, days: int) -> str:
    return f"{newest(f'shixian_case_step_overdue_workdays{{procedure{match}{procedures!r}}}')} >= {days}"


STEPS = Group(name="shixian-steps", alerts=(_STEP_DUE_SOON, _step_overdue(Severity.WARNING, f"{STEP_OVERDUE} >= 0")))


def red_cards(thresholds: Mapping[str, int]) -> Group:
    """Return a group of its own, evaluated beside the other; `thresholds`: working days until the red card, by procedure."""
    return Group(name="shixian-red-cards", alerts=(_step_overdue(Severity.CRITICAL, _passed(thresholds)),))


# --- cases ------------------------------------------------------------------------------------------------------------

_OF_CASE = ("case_id", "department")

CASES = Group(
    name="shixian-cases",
    alerts=(
        Alert(
            name="ShixianCaseDueSoon",
            severity=Severity.WARNING,
            scope=Scope.CASE,
            expression=f"{newest('shixian_case_elapsed_ratio')} >= {SOON}\nunless on (case_id)\n{CASE_OVERDUE} >= 0",
            about=_OF_CASE,
            keep=KEEP,
        ),
        Alert(
            name="ShixianCaseOverdue",
            severity=Severity.CRITICAL,
            scope=Scope.CASE,
            expression=f"{CASE_OVERDUE} >= 0",
            about=_OF_CASE,
            keep=KEEP,
        ),
    ),
)


# --- departments ------------------------------------------------------------------------------------------------------

DEPARTMENTS = Group(
    name="shixian-departments",
    alerts=(
        Alert(
            name="ShixianDepartmentOverdueRatioHigh",
            severity=Severity.CRITICAL,
            scope=Scope.DEPARTMENT,
            expression=(
                f"{OVERDUE_RATIO} > {LATE_SHARE}\nand ignoring (standing)\n"
                f'{STEPS_OF_DEPARTMENT}{{standing="overdue"}} >= {LATE_STEPS}'
            ),
            about=("department",),
            hold=timedelta(hours=1),
            keep=KEEP,
        ),
        Alert(
            name="ShixianBacklogGrowing",
            severity=Severity.WARNING,
            scope=Scope.DEPARTMENT,
            expression=f"{OPEN_CASES} > 20\nand\n{OPEN_CASES} > 1.25 * ({OPEN_CASES} $offset)",
            about=("department", "procedure"),
            hold=timedelta(hours=6),
            keep=KEEP,
            offset=timedelta(weeks=1),
        ),
    ),
)


# --- commitments ------------------------------------------------------------------------------------------------------

_MEANS = "on (commitment)\n" + newest('shixian_commitment_info{statistic="mean"}')
_YEAR = 'window="year"'
_COMPLETED = of_all_departments(f"shixian_commitment_completed_cases{{{_YEAR}}}")
_FORECAST = of_all_departments(f'shixian_commitment_forecast_cases{{{_YEAR}, basis="elapsed"}}')
_EXCEEDED = (
    f"{COMPLETED_MEAN}{{{_YEAR}}}\n> ignoring (window) group_left ()\n{TARGET}\nand {_MEANS}\nand\n"
    f"{_COMPLETED} >= {ENOUGH}"
)
_BREACHING = (
    f'{FORECAST_MEAN}{{{_YEAR}, basis="elapsed"}}\n> ignoring (window, basis) group_left ()\n{TARGET}\nand {_MEANS}\n'
    f"and\n{_FORECAST} >= {ENOUGH}"
)

_OF_INDICATOR = "and on (commitment)\n"
_SHORT = newest("shixian_indicator_standing{standing='short'}").replace("'", '"') + " == 1"
_IN_DANGER = f"{newest('shixian_indicator_in_danger')} == 1"


def _target_missed(severity: Severity, value: str, where: str) -> Alert:
    return Alert(
        name="ShixianTargetMissed",
        severity=severity,
        scope=Scope.COMMITMENT,
        expression=f"{newest(value)}\n{_OF_INDICATOR}{where}",
        about=("commitment",),
        hold=timedelta(minutes=30),
        keep=KEEP,
    )


COMMITMENTS = Group(
    name="shixian-commitments",
    alerts=(
        _target_missed(Severity.CRITICAL, "shixian_indicator_measured", _SHORT),
        _target_missed(Severity.WARNING, "shixian_indicator_expected", _IN_DANGER),
        Alert(
            name="ShixianObservationOverdue",
            severity=Severity.WARNING,
            scope=Scope.COMMITMENT,
            expression=f"{newest('shixian_indicator_observation_overdue_seconds')} / {A_DAY} > 0",
            about=("commitment",),
            hold=timedelta(hours=1),
            keep=KEEP,
        ),
        Alert(
            name="ShixianAverageCommitmentExceeded",
            severity=Severity.CRITICAL,
            scope=Scope.COMMITMENT,
            expression=_EXCEEDED,
            about=("commitment",),
            hold=timedelta(minutes=30),
            keep=KEEP,
        ),
        Alert(
            name="ShixianAverageCommitmentForecastBreach",
            severity=Severity.WARNING,
            scope=Scope.COMMITMENT,
            expression=f"(\n{_BREACHING}\n)\nunless on (commitment) (\n{_EXCEEDED}\n)",
            about=("commitment",),
            hold=timedelta(hours=1),
            keep=timedelta(hours=1),
        ),
    ),
)
