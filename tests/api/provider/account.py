"""Somebody with an account of the provider, at a board: a browser's cookies for both, without the browser."""

from urllib.parse import urljoin

import httpx2
from fastapi import FastAPI

from tests.api.pages.visitor import ORIGIN, Visitor
from tests.waiting import WITHIN


class AccountHolder(Visitor):
    """A browser in which somebody signs in with an account."""

    def __init__(self, app: FastAPI, login: str, known_as: str = ORIGIN) -> None:
        super().__init__(app, "")
        self.login = login
        self.known_as = known_as  # the board's address, as the provider knows it
        self.known = httpx2.Cookies()  # at the provider

    async def begin(self, next: str = "/", **more: str) -> str:
        """Where the board sends the browser."""
        answer = await self.http.get("/sign-in/account", params={"next": next, **more})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def prove(self, where: str, *, abort: bool = False) -> str:
        """Signs in at the provider; the path at the board that it leads back to."""
        async with httpx2.AsyncClient(trust_env=False, timeout=WITHIN, cookies=self.known) as elsewhere:
            for _ in range(10):
                answer = await elsewhere.get(where)
                if answer.status_code == 200:
                    said = {"abort": "1"} if abort else {"login": self.login}
                    answer = await elsewhere.post(where, data=said)
                assert answer.status_code in {302, 303}, answer.text
                where = urljoin(where, answer.headers["location"])
                self.known = elsewhere.cookies
                if where.startswith(f"{self.known_as}/sign-in/back"):
                    return where.removeprefix(self.known_as)
        raise AssertionError(where)

    async def sign_in_by_account(self, next: str = "/", **more: str) -> httpx2.Response:
        """Signs in all the way; the board's answer."""
        return await self.get(await self.prove(await self.begin(next, **more)), **{"Sec-Fetch-Site": "cross-site"})

    def session(self) -> str:
        """The text of the session's cookie."""
        [found] = [one.value for one in self.http.cookies.jar if one.name == "shixian-80"]
        return str(found)
