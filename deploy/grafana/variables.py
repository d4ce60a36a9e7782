"""What a reader of a dashboard chooses."""

from grafana_foundation_sdk.builders import dashboard as boards
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from deploy.grafana.parts import SOURCE

Variable = Builder[model.VariableModel]
ALL = ".+"


def source() -> Variable:
    """Which Prometheus."""
    return boards.DatasourceVariable("datasource").label("Data source").type("prometheus")


def job(metric: str) -> Variable:
    """Which installation: the jobs that have the metric."""
    return _choice("job", "Job", f"label_values({metric}, job)")


def department() -> Variable:
    """Which departments, by their Chinese titles."""
    return _titled("department", "部门 Department", "shixian_department_info")


def procedure() -> Variable:
    """Which procedures, by their Chinese titles."""
    return _titled("procedure", "事项 Procedure", "shixian_procedure_info")


def commitment() -> Variable:
    """Which commitments, by their Chinese titles."""
    return _titled("commitment", "承诺 Commitment", "shixian_commitment_info")


def _titled(name: str, label: str, info: str) -> Variable:
    query = f'query_result(max by ({name}, title_zh) ({info}{{job=~"$job"}}))'
    return _choice(name, label, query).regex(f'/{name}="(?<value>[^"]+)".*title_zh="(?<text>[^"]+)"/')


def _choice(name: str, label: str, query: str) -> boards.QueryVariable:
    chosen = boards.QueryVariable(name).label(label).query(query).datasource(SOURCE)
    chosen.refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(model.VariableSort.ALPHABETICAL_ASC)
    chosen.current(model.VariableOption(selected=True, text=["All"], value=["$__all"]))
    return chosen.multi(multi=True).include_all(include_all=True).all_value(ALL)
