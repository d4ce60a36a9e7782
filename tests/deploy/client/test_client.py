"""The client against answers that are made here: what is sent again, with which key, after how long, and what is raised."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from shixian_client import ApiProblem, BatchItem, NoAnswer, Retries, ShixianClient, UnexpectedAnswer, UnsafeAddress

URL = "https://shixian.example"
RECEIPT = {
    "case": "SZ-1",
    "seq": 7,
    "event": "SZ-1/7",
    "kind": "completed",
    "hash": "0",
    "at": "2026-11-02T09:00:00+08:00",
    "told": "2026-11-02T09:00:00+08:00",
}
QUICK = Retries(times=3, first=0.5)


def problem(
    status: int, code: str, *, after: str | None = None, errors: tuple[dict[str, str], ...] = ()
) -> httpx2.Response:
    body = {
        "type": f"urn:shixian:problem:{code}",
        "title": "T",
        "status": status,
        "detail": "D",
        "instance": "i",
        "request_id": "r",
    }
    headers = {"content-type": "application/problem+json", **({} if after is None else {"retry-after": after})}
    return httpx2.Response(status, content=json.dumps({**body, "errors": errors}).encode(), headers=headers)


class Answering:
    """Answers in turn, the last for ever; keeps what it was asked. An error is raised, as by a lost connection."""

    def __init__(self, *answers: httpx2.Response | Exception | Callable[[httpx2.Request], httpx2.Response]) -> None:
        self.answers = list(answers)
        self.asked: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    def client(self, credential: str | Callable[[], str] = "k", retries: Retries = QUICK) -> ShixianClient:
        return ShixianClient(URL, credential, retries=retries, transport=httpx2.MockTransport(self))


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it would have waited."""
    pauses: list[float] = []
    monkeypatch.setattr("shixian_client.client.time.sleep", pauses.append)
    return pauses


def done() -> httpx2.Response:
    return httpx2.Response(201, json=RECEIPT)


def test_a_command_is_sent_again_with_one_key_and_one_body(slept: list[float]) -> None:
    api = Answering(
        httpx2.ConnectError("lost"),
        problem(503, "outcome-unknown", after="2"),
        problem(429, "too-many-requests", after="7"),
        done(),
    )
    receipt = api.client().complete("SZ-1", "water-on", at=datetime(2026, 11, 2, 1, tzinfo=UTC))
    assert (receipt.case, receipt.seq) == ("SZ-1", 7)
    assert len({request.headers["idempotency-key"] for request in api.asked}) == 1
    assert len({request.content for request in api.asked}) == 1
    assert json.loads(api.asked[0].content) == {"outcome": "done", "at": "2026-11-02T01:00:00+00:00"}
    assert [request.url.path for request in api.asked] == ["/v1/cases/SZ-1/steps/water-on/completions"] * 4
    assert 0.25 <= slept[0] <= 0.5
    assert 2.5 <= slept[1] <= 3
    assert 8 <= slept[2] <= 9


def test_two_commands_have_two_keys_unless_they_are_told_one() -> None:
    api = Answering(done())
    with api.client() as shixian:
        for key in (None, None, "event-1", "event-1"):
            shixian.complete("SZ-1", "water-on", key=key)
    first, second, *told = [request.headers["idempotency-key"] for request in api.asked]
    assert first != second
    assert told == ["event-1", "event-1"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 422, 500, 502])
def test_what_would_be_refused_again_is_not_sent_again(status: int, slept: list[float]) -> None:
    api = Answering(problem(status, "step-not-open"))
    with pytest.raises(ApiProblem) as raised:
        api.client().complete("SZ-1", "water-on")
    assert (raised.value.status, raised.value.code, len(api.asked), slept) == (status, "step-not-open", 1, [])


def test_a_problem_says_where_and_by_which_rule() -> None:
    flaw = {"pointer": "#/outcome", "code": "unknown-outcome"}
    api = Answering(problem(422, "unknown-outcome", errors=(flaw,)))
    with pytest.raises(ApiProblem, match=r"422 unknown-outcome: D; #/outcome unknown-outcome") as raised:
        api.client().complete("SZ-1", "water-on", outcome="perhaps")
    [error] = raised.value.errors
    assert (error.pointer, error.code, raised.value.request_id) == ("#/outcome", "unknown-outcome", "r")


def test_it_gives_up_after_the_times_that_were_agreed(slept: list[float]) -> None:
    api = Answering(problem(503, "store-unavailable"))
    with pytest.raises(ApiProblem, match="store-unavailable"):
        next(api.client().my_open_steps())
    assert (len(api.asked), len(slept)) == (4, 3)
    lost = Answering(httpx2.ReadTimeout("slow"))
    with pytest.raises(NoAnswer, match="ReadTimeout"):
        lost.client().complete("SZ-1", "water-on")
    assert len(lost.asked) == 4


def test_who_is_told_to_wait_longer_than_is_agreed_is_told_so_at_once(slept: list[float]) -> None:
    api = Answering(problem(429, "too-many-requests", after="121"))
    with pytest.raises(ApiProblem) as raised:
        api.client().complete("SZ-1", "water-on")
    assert (raised.value.retry_after, len(api.asked), slept) == (121, 1, [])


def test_pauses_double_up_to_the_longest_and_are_never_the_same_for_everybody() -> None:
    retries = Retries(times=20)
    for sent in range(1, 21):
        whole = min(30.0, 0.5 * 2 ** (sent - 1))
        found = {retries.pause(sent, None) for _ in range(50)}
        assert len(found) > 10
        assert all(pause is not None and whole / 2 <= pause <= whole for pause in found)
    assert retries.pause(21, None) is None


def test_a_page_of_a_proxy_is_no_problem_of_ours() -> None:
    api = Answering(httpx2.Response(502, text="<html>Bad gateway</html>"))
    with pytest.raises(ApiProblem) as raised:
        api.client().case("SZ-1")
    assert (raised.value.code, raised.value.status) == ("no-problem", 502)
    assert "html" not in str(raised.value)


def test_an_answer_of_another_form_is_said_without_its_content() -> None:
    api = Answering(httpx2.Response(200, json={"steps": "张三"}))
    with pytest.raises(UnexpectedAnswer) as raised:
        next(api.client().my_open_steps())
    assert "张三" not in str(raised.value)


def test_a_credential_is_asked_for_before_each_request() -> None:
    tokens = iter(["one", "two", "three"])
    api = Answering(problem(503, "provider-unavailable"), done())
    with api.client(lambda: next(tokens)) as shixian:
        shixian.complete("SZ-1", "water-on")
        shixian.complete("SZ-1", "water-on")
    assert [request.headers["authorization"] for request in api.asked] == ["Bearer one", "Bearer two", "Bearer three"]


@pytest.mark.parametrize(
    "url", ["http://shixian.example", "ftp://127.0.0.1", "shixian.example", "", "http://127.0.0.1.example"]
)
def test_a_key_is_sent_nowhere_in_the_clear(url: str) -> None:
    with pytest.raises(UnsafeAddress):
        ShixianClient(url, "k")


def test_an_instant_without_an_offset_is_refused_before_anything_is_sent() -> None:
    api = Answering(done())
    with pytest.raises(ValueError, match="at has no offset"):
        api.client().complete("SZ-1", "water-on", at=datetime(2026, 11, 2))  # noqa: DTZ001
    assert api.asked == []


def test_a_name_cannot_lead_to_another_address() -> None:
    api = Answering(done())
    api.client().complete("../keys", "a/b?c", key="1")
    assert api.asked[0].url.raw_path == b"/v1/cases/..%2Fkeys/steps/a%2Fb%3Fc/completions"


def test_of_a_batch_each_item_is_answered_by_itself_and_in_order() -> None:
    def each(request: httpx2.Request) -> httpx2.Response:
        sent = json.loads(request.content)["items"]
        items = [{"index": n, "case": one["case"], "key": one["key"], "status": 201} for n, one in enumerate(sent)]
        return httpx2.Response(207, json={"items": items})

    api = Answering(httpx2.RemoteProtocolError("lost"), each)
    items = [BatchItem(case=f"SZ-{n}", step="water-on", outcome="done", key=f"key-{n}") for n in range(230)]
    answers = api.client().complete_batch(items)
    assert [(one.index, one.case) for one in answers] == [(n, f"SZ-{n}") for n in range(230)]
    assert [len(json.loads(request.content)["items"]) for request in api.asked] == [100, 100, 100, 30]
    assert json.loads(api.asked[0].content)["items"][0] == {
        "case": "SZ-0",
        "step": "water-on",
        "outcome": "done",
        "key": "key-0",
    }


def event(number: int) -> dict[str, Any]:
    links = {"case": "/v1/cases/SZ-1", "completions": "/x"}
    data = {
        "case": "SZ-1",
        "step": "water-on",
        "company": "suzhou-water",
        "owner": "o",
        "event": number,
        "occurrence": 1,
    }
    told = {"id": f"e{number}", "source": "s", "type": "shixian.step-opened", "subject": "SZ-1", "time": RECEIPT["at"]}
    return {**told, "data": {**data, "links": links, "title_zh": "z", "title_en": "e"}}


def test_the_feed_goes_on_where_it_was_and_leaves_nothing_out() -> None:
    pages = {"": ([1, 2, 3], "p1"), "p1": ([4], "p2"), "p2": ([], "p3"), "p3": ([5], "p4"), "p4": ([], "p4")}

    def page(request: httpx2.Request) -> httpx2.Response:
        found, after = pages[request.url.params.get("after", "")]
        return httpx2.Response(200, json={"events": [event(number) for number in found], "next": after})

    api = Answering(page)
    feed = api.client().events(kinds=["step-opened", "step-overdue"])
    seen = [(one.id, feed.position) for one in feed]
    assert seen == [("e1", None), ("e2", None), ("e3", "p1"), ("e4", "p2")]
    assert feed.position == "p3"
    assert api.asked[0].url.params.get_list("kind") == ["step-opened", "step-overdue"]
    # Whoever ended while e2 was dealt with begins with what was kept then: e1 and e2 again, and nothing is left out.
    assert [one.id for one in api.client().events(seen[1][1])] == ["e1", "e2", "e3", "e4"]
    waiting = api.client().events("p2", wait=30)
    assert next(iter(waiting)).id == "e5"
    assert api.asked[-1].url.params["wait"] == "30"
    assert api.asked[-1].extensions["timeout"]["read"] == 90
    with pytest.raises(ValueError, match="0 to 30"):
        api.client().events(wait=31)
