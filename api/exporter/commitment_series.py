"""The metrics that say how each commitment is kept, and how it is going to be."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from api.exporter.catalogue import CATALOGUE
from api.figures.averages import IN_WORKDAYS, Figure
from sla.cohort import Window
from sla.commitments.register import REGISTER
from sla.departments import department_of
from sla.forecast import Basis

Sums = dict[tuple[str, ...], tuple[Decimal, int]]  # by labels: working days, cases
ZERO = Decimal(0)


def families(figures: Iterable[Figure]) -> Iterator[Metric]:
    """Sum figures and cases that stand `apart`; who answers for a commitment has a series without a case too."""
    completed: Sums = dict.fromkeys(_known(), (ZERO, 0))
    on_time: dict[tuple[str, ...], int] = dict.fromkeys(_known(), 0)
    taken_over: Sums = dict.fromkeys(_known(), (ZERO, 0))
    predicted: Sums = {(*labels, basis.value): (ZERO, 0) for labels in _known() for basis in Basis}
    for figure in (figure for figure in figures if figure.scope.commitment in IN_WORKDAYS):
        labels = figure.scope.commitment, figure.scope.department or "", figure.window.value
        _add(completed, labels, figure.cohort.total, figure.cohort.n)
        on_time[labels] = on_time.get(labels, 0) + figure.cohort.on_time
        _add(taken_over, labels, figure.taken_over.total, figure.taken_over.n)
        for basis, one in figure.forecast.items():
            _add(predicted, (*labels, basis.value), one.total, one.n)
    yield from _family("shixian_commitment_completed", completed)
    yield _numbers("shixian_commitment_completed_on_time_cases", on_time)
    yield from _family("shixian_commitment_taken_over", taken_over)
    yield from _family("shixian_commitment_forecast", predicted)


def _known() -> Iterator[tuple[str, str, str]]:
    for name in IN_WORKDAYS:
        one = REGISTER[name]
        department = department_of(one.jurisdiction, one.owners.answerable)
        yield from ((name, department, window.value) for window in Window)


def _add(sums: Sums, labels: tuple[str, ...], workdays: Decimal, cases: int) -> None:
    """Departments that the register does not know share one label."""
    before = sums.get(labels, (ZERO, 0))
    sums[labels] = before[0] + workdays, before[1] + cases


def _family(name: str, sums: Mapping[tuple[str, ...], tuple[Decimal, int]]) -> Iterator[Metric]:
    yield _numbers(f"{name}_workdays", {labels: total for labels, (total, _) in sums.items()})
    yield _numbers(f"{name}_cases", {labels: n for labels, (_, n) in sums.items()})


def _numbers(name: str, values: Mapping[tuple[str, ...], float | Decimal]) -> Metric:
    entry = CATALOGUE[name]
    made = GaugeMetricFamily(entry.name, entry.help, labels=entry.labels)
    for labels, value in values.items():
        made.add_metric(labels, float(value))
    return made
