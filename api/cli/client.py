"""Talking to the API: one request, sent again with the same key while the answer is that the outcome is unknown."""

import os
import secrets
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2

from api.cli.output import warn
from api.failures import Failure

DEFAULT_URL = "http://127.0.0.1:8080"
PATIENCE = 15.0  # seconds for one answer; the API's own deadline is shorter
ATTEMPTS = 5
LONGEST_PAUSE = 30.0  # seconds between them, where the API asks for so many
AGAIN = {429, 503}
WRONGLY_ASKED = {400, 413, 415, 422}
JSON_TYPES = ("application/json", "application/problem+json")


class Answer(NamedTuple):
    """What the API answered. `repeated`: the command had been carried out before."""

    body: dict[str, Any]
    repeated: bool = False


def new_idempotency_key() -> str:
    """Return a key for one command."""
    return f"cli-{secrets.token_hex(8)}"


def path(*parts: str | int) -> str:
    """Return a path under /v1; the parts are what a person typed."""
    return "/v1/" + "/".join(quote(str(part), safe="") for part in parts)


def get(where: str, params: Mapping[str, object] | None = None, *, json: bool) -> dict[str, Any]:
    """Return the answer to a question."""
    return _ask("GET", where, json=json, params=_given(params)).body


def get_text(where: str, params: Mapping[str, object] | None = None) -> str:
    """Return the answer to a question for text that is no JSON."""
    response = _sent("GET", where, params=_given(params))
    if response.is_success and response.headers.get("content-type", "").startswith("text/csv"):
        return response.text
    _read(response, None, json=False)
    raise Failure("应答不是表格 the answer is no table [unexpected]")


def _given(params: Mapping[str, object] | None) -> dict[str, str | list[str]]:
    """Parameters that are given; one of several values stands once for each."""
    return {
        name: [_text(one) for one in value] if isinstance(value, list | tuple) else _text(value)
        for name, value in (params or {}).items()
        if value is not None
    }


def post(where: str, body: Mapping[str, object], key: str, *, json: bool) -> Answer:
    """Return the answer to a command; a field that is None is left out."""
    said = {name: value for name, value in body.items() if value is not None}
    return _ask("POST", where, json=json, body=said, key=key)


def put(where: str, body: Mapping[str, object], *, json: bool) -> dict[str, Any]:
    """Return the answer to what is said whole, and may be said again."""
    return _ask("PUT", where, json=json, body=body).body


def search(where: str, body: Mapping[str, object], *, json: bool) -> dict[str, Any]:
    """Return the answer to a question that must stand in no address."""
    return _ask("POST", where, json=json, body=body).body


def _ask(
    method: str,
    where: str,
    *,
    json: bool,
    params: Mapping[str, str | list[str]] | None = None,
    body: Mapping[str, object] | None = None,
    key: str | None = None,
) -> Answer:
    return _read(_sent(method, where, params=params, body=body, key=key), key, json=json)


def api_url() -> str:
    """Return where the API is."""
    return os.environ.get("SHIXIAN_URL", DEFAULT_URL).rstrip("/")


def _sent(
    method: str,
    where: str,
    *,
    params: Mapping[str, str | list[str]] | None = None,
    body: Mapping[str, object] | None = None,
    key: str | None = None,
) -> httpx2.Response:
    url = api_url()
    headers = {"Authorization": f"Bearer {api_key()}", **({"Idempotency-Key": key} if key is not None else {})}
    response: httpx2.Response | None = None
    why = ""
    with httpx2.Client(timeout=PATIENCE, trust_env=False) as client:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = client.request(method, f"{url}{where}", params=params, json=body, headers=headers)
            except (httpx2.TransportError, httpx2.InvalidURL) as error:
                response, why = None, str(error) or type(error).__name__
            if response is not None and response.status_code not in AGAIN:
                break
            if attempt < ATTEMPTS:
                time.sleep(_pause(response))
    if response is None:
        again = f" 可用同一幂等键重发 It may be sent again with --key {key}." if key else ""
        raise Failure(f"SHIXIAN_URL: {url} 没有应答 does not answer ({why}).{again} [no-answer]")
    return response


def _read(response: httpx2.Response, key: str | None, *, json: bool) -> Answer:
    kind = response.headers.get("content-type", "").partition(";")[0]
    if kind not in JSON_TYPES:
        raise Failure(f"SHIXIAN_URL: 应答不是本系统的 that is not Shixian's answer ({response.status_code}, {kind})")
    body = response.json()
    if response.is_success:
        return Answer(body, response.status_code == httpx2.codes.OK)
    code = 2 if response.status_code in WRONGLY_ASKED else 1
    problem = body | ({"idempotency_key": key} if key else {})
    raise Failure(_problem(body, response.status_code, key), code=code, problem=problem if json else None)


def _problem(body: Mapping[str, Any], status: int, key: str | None) -> str:
    rule = str(body.get("type", "")).rpartition(":")[2]
    lines = [f"{body.get('detail') or body.get('title')} [{rule}]"]
    lines += [f"  {flaw['pointer']}: {flaw['code']}" for flaw in body.get("errors", ())]
    if status in AGAIN and key:
        lines.append(f"  可用同一幂等键重发 It may be sent again with --key {key}")
    return "\n".join(lines)


def api_key() -> str:
    """Return the API key of this environment; Failure where there is none."""
    key = os.environ.get("SHIXIAN_KEY", "").strip()
    if not key:
        raise Failure("SHIXIAN_KEY: 需要密钥 an API key is needed: `shixian keys new` makes one. [missing]", code=2)
    if not key.isascii() or not key.isprintable():
        raise Failure("SHIXIAN_KEY: 不是密钥 that is no API key. [malformed]", code=2)
    return key


def _pause(response: httpx2.Response | None) -> float:
    said = "" if response is None else response.headers.get("retry-after", "")
    return min(float(said), LONGEST_PAUSE) if said.isdigit() else 1.0


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def announce(key: str, *, made: bool, json: bool) -> None:
    """Say which key names the command, before it is sent: without it a lost answer could not be asked for again."""
    if made and not json:
        warn(f"幂等键 Idempotency-Key: {key}")
