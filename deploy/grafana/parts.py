"""Queries, panels, rows and pages, put together with Grafana's own library into the classic schema."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from grafana_foundation_sdk.builders import common as build
from grafana_foundation_sdk.builders import dashboard as boards
from grafana_foundation_sdk.builders import prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = common.DataSourceRef(type_val="prometheus", uid="$datasource")
GREEN, YELLOW, RED, GREY, BLUE = "green", "yellow", "red", "gray", "blue"
COUNT, RATIO, SECONDS, INSTANT, RATE = "none", "percentunit", "s", "dateTimeAsIso", "reqps"
WIDTH = 24

Steps = Sequence[tuple[float, str]]
Words = Mapping[str, tuple[str, str]]
AnyPanel = timeseries.Panel | stat.Panel | table.Panel


class Query(NamedTuple):
    """An expression, and what stands in the legend."""

    expr: str
    legend: str = ""


class Column(NamedTuple):
    """A column of a table: which label or value, its heading, and how a value is shown and coloured."""

    field: str
    title: str
    unit: str = ""
    steps: Steps = ()
    words: Words = {}
    decimals: int | None = None


class Panel(NamedTuple):
    """A panel and its size on a grid of 24 columns."""

    builder: AnyPanel
    width: int
    height: int


class Row(NamedTuple):
    """Panels under a heading."""

    title: str
    panels: tuple[Panel, ...]


class Page(NamedTuple):
    """A dashboard."""

    uid: str
    title: str
    description: str
    variables: tuple[Builder[model.VariableModel], ...]
    rows: tuple[Row, ...]
    since: str = "now-24h"


def number(
    title: str,
    description: str,
    expr: str,
    *,
    unit: str = COUNT,
    steps: Steps = (),
    base: str = GREEN,
    words: Words = {},  # noqa: B006  # never written to
    legend: str = "",
    decimals: int | None = None,
    width: int = 4,
) -> Panel:
    """Return a figure as it is now, or one for each series; the colour of the highest threshold that it has reached."""
    panel = stat.Panel().targets([_target(Query(expr, legend), "A", instant=True)])
    panel.unit(unit).color_mode(common.BigValueColorMode.VALUE).graph_mode(common.BigValueGraphMode.NONE)
    panel.reduce_options(build.ReduceDataOptions().calcs(["lastNotNull"]).values(values=False))
    panel.text_mode(common.BigValueTextMode.AUTO).orientation(common.VizOrientation.AUTO)
    if decimals is not None:
        panel.decimals(decimals)
    panel.thresholds(_thresholds(steps, base)).color_scheme(_by_threshold()).mappings(_mappings(words))
    return Panel(_described(panel, title, description), width, 4)


def lines(
    title: str,
    description: str,
    *queries: Query,
    unit: str = COUNT,
    steps: Steps = (),
    colours: Mapping[str, str] = {},  # never written to
    stacked: bool = False,
    width: int = 12,
) -> Panel:
    """Draw figures over time; a threshold is a line across."""
    targets = [_target(query, letter(index)) for index, query in enumerate(queries)]
    panel = timeseries.Panel().targets(targets).unit(unit).min(0).line_width(1)
    panel.fill_opacity(40 if stacked else 0).show_points(common.VisibilityMode.NEVER)
    if stacked:
        panel.stacking(build.StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
    panel.legend(
        build.VizLegendOptions()
        .display_mode(common.LegendDisplayMode.LIST)
        .placement(common.LegendPlacement.BOTTOM)
        .show_legend(show_legend=True)
        .calcs([])
    )
    panel.tooltip(build.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING))
    if steps:
        style = build.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
        panel.thresholds(_thresholds(steps, "transparent")).thresholds_style(style)
    for name, colour in colours.items():
        value = {"mode": "fixed", "fixedColor": colour}
        panel.override_by_name(name, [model.DynamicConfigValue("color", value)])
    return Panel(_described(panel, title, description), width, 8)


def rows(
    title: str,
    description: str,
    columns: Sequence[Column],
    *exprs: str,
    sort: str = "",
    descending: bool = False,
    width: int = WIDTH,
    height: int = 9,
) -> Panel:
    """Return a table: the first query makes the rows, the others add columns to rows with the same labels."""
    panel = table.Panel().targets(
        [_target(Query(expr), letter(index), instant=True, rows=True) for index, expr in enumerate(exprs)]
    )
    panel.unit(COUNT).show_header(show_header=True).filterable(filterable=True).no_value("无 none").align(
        common.FieldTextAlignment.AUTO
    )
    if len(exprs) > 1:
        panel.with_transformation(model.DataTransformerConfig(id_val="merge", options={}))
    only = {"include": {"names": [column.field for column in columns]}}
    panel.with_transformation(model.DataTransformerConfig(id_val="filterFieldsByName", options=only))
    order = {
        "excludeByName": {},
        "indexByName": {column.field: index for index, column in enumerate(columns)},
        "renameByName": {column.field: column.title for column in columns},
    }
    panel.with_transformation(model.DataTransformerConfig(id_val="organize", options=order))
    for column in columns:
        if properties := _cell(column):
            panel.override_by_name(column.title, properties)
    if sort:
        panel.sort_by([build.TableSortByFieldState().display_name(sort).desc(desc=descending)])
    return Panel(_described(panel, title, description), width, height)


def letter(index: int) -> str:
    """Say how a panel calls its queries: A, B, C ..."""
    return chr(ord("A") + index)


def value_of(index: int, queries: int = 2) -> str:
    """Return the column that holds the values of a table's query."""
    return f"Value #{letter(index)}" if queries > 1 else "Value"


def dashboard(page: Page) -> model.Dashboard:
    """Return the page in the classic schema, every panel with its number and place."""
    board = boards.Dashboard(page.title).uid(page.uid).description(page.description).tags(["shixian"])
    board.readonly().timezone("Asia/Shanghai").time(page.since, "now").refresh("30s").version(1)
    board.tooltip(model.DashboardCursorSync.CROSSHAIR).annotations([]).week_start("monday")
    board.link(
        boards.DashboardLink("时限 Shixian")
        .type(model.DashboardLinkType.DASHBOARDS)
        .tags(["shixian"])
        .include_vars(include_vars=True)
        .keep_time(keep_time=True)
    )
    for variable in page.variables:
        board.with_variable(variable)
    top, number_of = 0, 0
    for row in page.rows:
        number_of += 1
        board.with_row(boards.Row(row.title).id(number_of).grid_pos(model.GridPos(h=1, w=WIDTH, x=0, y=top)))
        left, top, tallest = 0, top + 1, 0
        for panel in row.panels:
            if left + panel.width > WIDTH:
                left, top, tallest = 0, top + tallest, 0
            number_of += 1
            place = model.GridPos(h=panel.height, w=panel.width, x=left, y=top)
            board.with_panel(panel.builder.id(number_of).grid_pos(place))
            left, tallest = left + panel.width, max(tallest, panel.height)
        top += tallest
    built = board.build()
    built.schema_version = 39  # what Grafana 10.4 writes; later ones read it and move it on
    return built


def _target(query: Query, ref: str, *, instant: bool = False, rows: bool = False) -> Builder[Dataquery]:
    target = prometheus.Dataquery().expr(query.expr).ref_id(ref).datasource(SOURCE)
    target.format(PromQueryFormat.TABLE if rows else PromQueryFormat.TIME_SERIES)
    if query.legend:
        target.legend_format(query.legend)
    return target.instant() if instant else target.range()


def _described(panel: AnyPanel, title: str, description: str) -> AnyPanel:
    return panel.title(title).description(description).datasource(SOURCE)


def _thresholds(steps: Steps, base: str) -> boards.ThresholdsConfig:
    every = [model.Threshold(None, base), *(model.Threshold(value, colour) for value, colour in steps)]
    return boards.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(every)


def _by_threshold() -> boards.FieldColor:
    return boards.FieldColor().mode(model.FieldColorModeId.THRESHOLDS)


def _mappings(words: Words) -> list[model.ValueMapping]:
    if not words:
        return []
    shown = {
        value: model.ValueMappingResult(text=text, color=colour, index=index)
        for index, (value, (text, colour)) in enumerate(words.items())
    }
    return [model.ValueMap(options=shown)]


def _cell(column: Column) -> list[model.DynamicConfigValue]:
    found: dict[str, Any] = {}
    if column.unit:
        found["unit"] = column.unit
    if column.steps:
        found["thresholds"] = _thresholds(column.steps, "text").build().to_json()
    if column.words:
        found["mappings"] = [one.to_json() for one in _mappings(column.words) if isinstance(one, model.ValueMap)]
    if column.steps or column.words:
        found["custom.cellOptions"] = {"type": "color-text"}
    if column.decimals is not None:
        found["decimals"] = column.decimals
    return [model.DynamicConfigValue(name, value) for name, value in found.items()]
