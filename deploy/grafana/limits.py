"""From where on a figure is yellow or red: the thresholds of the alerts."""

from api.alerting.alerts import RED_CARD, SOON
from api.alerting.platform import DAY, NO_HEARTBEAT
from deploy.grafana.parts import GREEN, RED, YELLOW, Steps

OVERDUE_RATIO_HIGH = 0.1
CALENDAR_SOON, CALENDAR_NOW = 45 * DAY, 7 * DAY
STALE = 600  # seconds, after which the exporter drops what it read

SOME: Steps = ((1, YELLOW),)
ANY: Steps = ((1, RED),)
USED: Steps = ((SOON, YELLOW), (1, RED))
OVERDUE: Steps = ((0, YELLOW), (RED_CARD, RED))
RATIO_OVERDUE: Steps = ((OVERDUE_RATIO_HIGH, RED),)
HEARTBEAT: Steps = ((NO_HEARTBEAT, RED),)
COVERAGE: Steps = ((CALENDAR_NOW, YELLOW), (CALENDAR_SOON, GREEN))
SNAPSHOT: Steps = ((STALE, RED),)
