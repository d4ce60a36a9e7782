"""In which language a page is answered, and with which words."""

from fastapi import Request, Response

from api.pages.words import Language, PageWords, accepted
from sla.axis import local_day


def language_of(request: Request) -> Language:
    """Return the language that was asked for just now, or before, or that the browser prefers."""
    for asked in (request.query_params.get("lang"), request.cookies.get("lang")):
        if asked in set(Language):
            return Language(asked)
    return accepted(request.headers.get("accept-language"))


def with_language(request: Request, response: Response) -> Response:
    """Keep the language that was asked for just now."""
    asked = request.query_params.get("lang")
    if asked in set(Language):
        secure = request.url.scheme == "https"
        response.set_cookie("lang", str(asked), max_age=31_536_000, samesite="lax", httponly=True, secure=secure)
    return response


def words_of(request: Request) -> PageWords:
    """Return the words of a request's page."""
    timeline = request.app.state.services.timeline
    return PageWords(language_of(request), local_day(timeline.business(request.state.arrived)))
