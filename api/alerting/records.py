"""The nine recorded series. Replicas of the exporter read one database: their maximum is taken, never their sum."""

from api.alerting.model import Record


def newest(series: str) -> str:
    """Return the series as one, however many replicas export it."""
    return f"max without (instance, pod) ({series})"


STEPS_OF_DEPARTMENT = "department:shixian_open_steps:sum"
OVERDUE_RATIO = "department:shixian_overdue_per_open_steps:ratio"
OPEN_CASES = "department_procedure:shixian_open_cases:sum"
COMPLETED_MEAN = "commitment_window:shixian_commitment_completed_workdays:mean"
FORECAST_MEAN = "commitment_window_basis:shixian_commitment_forecast_workdays:mean"
TARGET = "commitment:shixian_commitment_target_workdays:max"

STEPS = "department_procedure_step:shixian_open_steps:max"
STEPS_OF_PROCEDURE = "department_procedure:shixian_open_steps:sum"
CASES = "department_procedure_standing:shixian_open_cases:max"


def of_all_departments(series: str) -> str:
    """Sum a cohort over the departments that share it."""
    return f"sum without (department) ({newest(series)})"


def _mean(kind: str) -> str:
    """Workdays per case; an empty cohort has no mean."""
    workdays, cases = (of_all_departments(f"shixian_commitment_{kind}_{unit}") for unit in ("workdays", "cases"))
    return f"{workdays}\n/\n({cases} > 0)"


RECORDS = (
    Record(name=STEPS, expression=newest("shixian_open_steps")),
    Record(name=STEPS_OF_PROCEDURE, expression=f"sum without (step) ({STEPS})"),
    Record(name=STEPS_OF_DEPARTMENT, expression=f"sum without (procedure) ({STEPS_OF_PROCEDURE})"),
    Record(
        name=OVERDUE_RATIO,
        expression=(
            f'{STEPS_OF_DEPARTMENT}{{standing="overdue"}}\n/ ignoring (standing)\n'
            f'(sum without (standing) ({STEPS_OF_DEPARTMENT}{{standing!="suspended"}}) > 0)'
        ),
    ),
    Record(name=CASES, expression=newest("shixian_open_cases")),
    Record(name=OPEN_CASES, expression=f"sum without (standing) ({CASES})"),
    Record(name=COMPLETED_MEAN, expression=_mean("completed")),
    Record(name=FORECAST_MEAN, expression=_mean("forecast")),
    Record(name=TARGET, expression=newest("shixian_commitment_target_workdays")),
)
