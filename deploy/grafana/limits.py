"""From where on a figure is yellow or red: the thresholds of the alerts."""

from api.alerting.platform_alerts import CALENDAR_NOW, CALENDAR_SOON, DAY, NO_HEARTBEAT
from api.alerting.promise_alerts import LATE_SHARE, RED_CARD, SOON
from api.exporter.collector import MAX_STALE
from deploy.grafana.parts import GREEN, RED, YELLOW, Steps

SOME: Steps = ((1, YELLOW),)
ANY: Steps = ((1, RED),)
USED: Steps = ((SOON, YELLOW), (1, RED))
OVERDUE: Steps = ((0, YELLOW), (RED_CARD, RED))
RATIO_OVERDUE: Steps = ((float(LATE_SHARE), RED),)
HEARTBEAT: Steps = ((NO_HEARTBEAT, RED),)
COVERAGE: Steps = ((CALENDAR_NOW * DAY, YELLOW), (CALENDAR_SOON * DAY, GREEN))
SNAPSHOT: Steps = ((int(MAX_STALE.total_seconds()), RED),)
