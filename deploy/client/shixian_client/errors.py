"""What goes wrong: a problem that the API answers, no answer at all, a signature that does not hold."""

from collections.abc import Mapping
from typing import Self

from pydantic import ValidationError

from shixian_client.types import FlawShown, ProblemShown

URN = "urn:shixian:problem:"


class ShixianError(Exception):
    """Whatever this client raises of its own."""


class ApiProblem(ShixianError):
    """A problem that the API answered (RFC 9457). What each `code` means is at `/docs#CODE` of the installation.

    `errors` say where in the request something is wrong: a JSON pointer and the rule, never the value.
    `retry_after`: seconds after which it may be asked again, where the answer names them.
    """

    def __init__(
        self,
        *,
        status: int,
        code: str,
        title: str,
        detail: str,
        errors: tuple[FlawShown, ...] = (),
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.errors, self.request_id, self.retry_after = errors, request_id, retry_after
        places = "".join(f"; {one.pointer} {one.code}" for one in errors)
        super().__init__(f"{status} {code}: {detail}{places}")

    @classmethod
    def of(cls, problem: ProblemShown, *, retry_after: float | None = None) -> Self:
        """Return the error of a problem as it is answered, also of one item of a batch."""
        return cls(
            status=problem.status,
            code=problem.type.removeprefix(URN),
            title=problem.title,
            detail=problem.detail,
            errors=tuple(problem.errors),
            request_id=problem.request_id,
            retry_after=retry_after,
        )

    @classmethod
    def answered(cls, status: int, body: bytes, headers: Mapping[str, str]) -> Self:
        """Return the error of an answer; a proxy's own page, which is no problem, has the code `no-problem`."""
        wait = seconds(headers.get("retry-after"))
        try:
            return cls.of(ProblemShown.model_validate_json(body), retry_after=wait)
        except ValidationError:
            detail = "The answer is not one of Shixian's: something before it answered."
            return cls(status=status, code="no-problem", title="No problem", detail=detail, retry_after=wait)


class NoAnswer(ShixianError):
    """Nothing came back, however often it was tried. A command may have been done: send it again with the same key."""


class UnexpectedAnswer(ShixianError):
    """An answer has not the form that the API's description gives it."""


class BadSignature(ShixianError):
    """What was posted is not signed with a secret of the webhook, or is older or newer than five minutes."""


def seconds(text: str | None) -> float | None:
    """Return what Retry-After says in seconds; None where it says nothing, or a date."""
    return float(text) if text is not None and text.isascii() and text.isdigit() else None
