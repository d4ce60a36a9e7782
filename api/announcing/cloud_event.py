"""An announcement as it is sent: a CloudEvent (1.0, JSON), without anything that is a person's."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from activities.store.announcements import Announcement
from sla.companies import COMPANIES
from sla.model import Model

MEDIA_TYPE = "application/cloudevents+json"
LARGEST = 20_000  # bytes
SOURCE = "urn:shixian"
TYPE = "shixian."
COMPANY_OF: Mapping[str, str] = MappingProxyType(
    {owner: name for name, owners in COMPANIES.items() for owner in owners}
)


class EventLinks(Model):
    """Where more is known of it, and where it is answered; relative where no public address is set."""

    case: str
    completions: str


class EventData(Model):
    """What is told. `company`: whose API keys may touch the step; none where the owner has none.

    `due`: of the step's planning target, where it is known. `reason`: the kind of event that took a step away, or why an
    alarm was withdrawn. `posting`: number of the event that a late posting became.
    """

    case: str
    step: str
    occurrence: int
    title_zh: str
    title_en: str
    owner: str
    company: str | None
    event: int
    due: datetime | None = None
    rung: str | None = None
    reason: str | None = None
    posting: int | None = None
    links: EventLinks


class CloudEvent(Model):
    """One announcement. Whatever is sent twice has the same `id`; `time` is business time."""

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str = "application/json"
    data: EventData


def cloud_event(one: Announcement, public_url: str) -> CloudEvent:
    """Return an announcement as a CloudEvent; `public_url` is the address of the API as companies reach it, or empty."""
    case = f"{public_url.rstrip('/')}/v1/cases/{one.case}"
    data = EventData(
        case=one.case,
        step=one.step,
        owner=one.owner,
        company=COMPANY_OF.get(one.owner),
        event=one.seq,
        links=EventLinks(case=case, completions=f"{case}/steps/{one.step}/completions"),
        **one.body,
    )
    source = public_url or SOURCE
    return CloudEvent(id=one.id, source=source, type=TYPE + one.kind, subject=one.case, time=one.at, data=data)


def cloud_event_text(one: Announcement, public_url: str) -> str:
    """Return the JSON of an announcement, without what is not known; the same for the same announcement."""
    return cloud_event(one, public_url).model_dump_json(exclude_none=True)
