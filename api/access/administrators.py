"""What administrators reach: these places alone, whatever is open to everybody else. They see no case and no audit log."""

from collections.abc import Mapping
from types import MappingProxyType

from api.access.api_keys import CallerRole

EVERYBODYS = ("/sign-out", "/pulse")
# by role: the places of the API and of the pages, each with what lies below it
PLACES: Mapping[CallerRole, tuple[str, ...]] = MappingProxyType(
    {
        CallerRole.SYSADMIN: (
            *("/v1/webhooks", "/v1/procedures", "/v1/calendars/{jurisdiction}", "/metrics"),
            *("/companies", "/calendar", *EVERYBODYS),
        ),
        CallerRole.SECADMIN: ("/v1/people", "/v1/keys", "/v1/machines", "/people", "/keys", *EVERYBODYS),
    }
)


def reaches(role: CallerRole, route: str) -> bool:
    """Tell whether a role may enter a route at all, by its path; what it may do there is the route's to say."""
    places = PLACES.get(role)
    if places is None or route == "/":
        return True
    return any(route == place or route.startswith(f"{place}/") for place in places)
