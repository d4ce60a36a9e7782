"""What a reader of a dashboard chooses."""

from grafana_foundation_sdk.builders import dashboard as boards
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from deploy.grafana.parts import SOURCE

Variable = Builder[model.VariableModel]
ALL = ".+"


def source() -> Variable:
    """Say which Prometheus."""
    return boards.DatasourceVariable("datasource").label("Data source").type("prometheus")


def job(metric: str) -> Variable:
    """Say which installation: the jobs that have the metric."""
    return _choice("job", "Job", f"label_values({metric}, job)")


def department() -> Variable:
    """Say which departments, by their Chinese titles."""
    return _titled("department", "部门 Department", "shixian_department_info")


def procedure() -> Variable:
    """Say which procedures, by their Chinese titles."""
    return _titled("procedure", "事项 Procedure", "shixian_procedure_info")


def commitment() -> Variable:
    """Say which commitments, by their Chinese titles with their names: two cities promise the same things."""
    info = 'label_join(shixian_commitment_info{job=~"$job"}, "shown", " ", "title_zh", "commitment")'
    return _of_result("commitment", "承诺 Commitment", f"max by (commitment, shown) ({info})", "shown")


def _titled(name: str, label: str, info: str) -> Variable:
    return _of_result(name, label, f'max by ({name}, title_zh) ({info}{{job=~"$job"}})', "title_zh")


def _of_result(name: str, label: str, expr: str, text: str) -> Variable:
    """Each series is a choice; Grafana reads its value and its text out of the series as Prometheus writes it."""
    return _choice(name, label, f"query_result({expr})").regex(f'/{name}="(?<value>[^"]+)".*{text}="(?<text>[^"]+)"/')


def _choice(name: str, label: str, query: str) -> boards.QueryVariable:
    chosen = boards.QueryVariable(name).label(label).query(query).datasource(SOURCE)
    chosen.refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(model.VariableSort.ALPHABETICAL_ASC)
    chosen.current(model.VariableOption(selected=True, text=["All"], value=["$__all"]))
    return chosen.multi(multi=True).include_all(include_all=True).all_value(ALL)
