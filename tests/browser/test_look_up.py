"""Looking up every case of the city: each opens, and shows nothing that is not the applicant's."""

import re
from collections.abc import Iterator

import httpx2
import pytest

from api.app import create_app
from tests.browser.city import City

ORIGIN = "http://city"
FROM = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
CARDS = re.compile("内控|黄牌|红牌|环节超时|planning target|[Cc]ard|Step over")
STATES = ("办理中", "已收到申请，尚未受理", "待您补正材料", "办结决定", "不予受理", "撤回申请", "撤销决定", "终止办理")


@pytest.fixture
def unlimited(city: City) -> Iterator[httpx2.ASGITransport]:
    app = create_app(city.services)
    app.state.look_up_gate.wait = lambda _: None
    yield httpx2.ASGITransport(app=app, client=("127.0.0.1", 50_000))
    app.state.pool.shutdown()


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_case_opens_to_its_code_and_shows_neither_card_nor_actor_nor_anothers_case(
    city: City, unlimited: httpx2.ASGITransport, lang: str
) -> None:
    actors = {"officer", "supervisor", "auditor", *(who for who in city.keys if "-" in who)}
    async with httpx2.AsyncClient(transport=unlimited, base_url=ORIGIN, timeout=60, headers=FROM) as http:
        for name, case in city.cases.items():
            code = unlimited.app.state.look_up_codes.code(case)  # type: ignore[attr-defined]
            said = {"Accept-Language": lang}
            answer = await http.post("/look-up", data={"case": case, "code": code}, headers=said)
            assert answer.status_code == 200, name
            text = answer.text.partition("<main")[2].partition("</main>")[0].replace(case, "")
            assert CARDS.search(text) is None, name
            assert not any(f">{actor}<" in text for actor in actors), name
            others = [
                other for other in city.cases.values() if other != case and re.search(rf"\b{other}(?![\w-])", text)
            ]
            assert others == [], name
            view = city.store.case(case)
            assert view is not None
            if lang == "zh":
                assert re.search("|".join(STATES), text), name
            reasons = {str(event.body["reason"]) for event in city.store.events(case) if event.body.get("reason")}
            assert not [reason for reason in reasons if len(reason) > 5 and reason in text], name
