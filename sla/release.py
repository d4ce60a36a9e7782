"""The almanac of this release: the notices that come with it. Entry points bind it and pass it down."""

from sla.almanac import Almanac
from sla.notices.amendments import AMENDMENTS
from sla.notices.national import NOTICES
from sla.notices.overlays import OVERLAYS

RELEASE = Almanac(NOTICES, AMENDMENTS, OVERLAYS)
