"""The bureau's people in the city: accounts in every state, what one asked for and another may grant, whom cases are about."""

from datetime import timedelta

import httpx2

from api.access.api_keys import CallerRole
from api.access.people import PersonRole, new_person
from api.access.sessions import REMEMBERED, begin_of_person
from tests.browser.city import City
from tests.browser.hostile import packed

# A provider where nobody answers: what pages say of accounts needs none, and whoever signs in there has tests of their own.
BUREAU = {"people_issuer": "http://127.0.0.1:1", "people_client": "board"}
ASKED_FOR = {"four_eyes_for": frozenset({"extend", "correct-decided", "confirm", "withdraw"})}
LONG_NAME, MOST = 200, 500  # characters of a name, of a reason
LONG_SUBJECT = "with-a-subject-as-long-as-any"
ABOUT = {
    "overdue": ("苏州工业园区星湖街商务楼", "苏州金鸡湖城市发展有限公司"),
    "suspended": ("太仓港区三期码头配套供水工程", "太仓市港城发展有限公司"),
    "on-time": ("长名" * (LONG_NAME // 2), "无空格的很长的申请人名称" * 10),
}


async def move_in(city: City) -> None:
    """Let them in, and do what they did."""
    for role in (CallerRole.SECADMIN, CallerRole.SYSADMIN):
        city.admit(role)
    _people(city)
    await _requests(city)
    await _subjects(city)


def _people(city: City) -> None:
    """A person of each role, and one of each state that an account can be in."""
    store, now = city.store, city.clock()
    states = {role.value: role for role in PersonRole}
    states |= dict.fromkeys(("locked", "locked-for-a-while", "disused", "ended", LONG_SUBJECT), PersonRole.CLERK)
    for number, (state, role) in enumerate(states.items()):
        since = now - timedelta(days=100 if state == "disused" else 20) + timedelta(minutes=number)
        subject = "s" * 255 if state == LONG_SUBJECT else f"4f0c77e1-{number:04}"
        made_by = None if role is PersonRole.SECADMIN else "secadmin"
        person = new_person(
            issuer=BUREAU["people_issuer"], subject=subject, actor=f"{state}-01", role=role, now=since, made_by=made_by
        )
        store.add_person(person)
        if state == "clerk":
            for hours in (1, 30):
                session = begin_of_person(person, now - timedelta(minutes=10 * hours))[1]
                assert store.sign_in_person(session, person, now - REMEMBERED)
        elif state == "locked":
            store.lock_person(person.id, now)
        elif state == "locked-for-a-while":
            while not store.count_failure(person.id, now):
                pass
        elif state == "ended":
            store.end_person(person.id, now, by="secadmin")


async def _requests(city: City) -> None:
    """One for each command that may need four eyes, of which one was not answered in time."""
    now = city.clock.timeline.business(city.clock())
    late = {
        "clock": "promise/sz-21-company-setup",
        "workdays": 10,
        "approved_by": "分管负责人",
        "reason": "管线复杂，须另行勘察",
    }
    asked = [
        (timedelta(days=2), f"/v1/cases/{city.case('overdue')}/withdraw", {"reason": "申请人书面撤回"}),
        (timedelta(), f"/v1/cases/{city.case('yellow-card')}/withdraw", {"reason": next(packed(MOST))}),
        (timedelta(), f"/v1/cases/{city.case('five-at-once')}/extensions", late),
    ]
    async with city.person("officer", **ASKED_FOR) as officer:
        for ago, path, body in asked:
            city.clock.set(now - ago)
            answer = await officer.post(path, body)
            assert answer.status_code == httpx2.codes.ACCEPTED, answer.text
    city.dispatcher.move(now)


async def _subjects(city: City) -> None:
    """Names for some cases, short and as long as any."""
    async with city.person("officer") as officer:
        for story, (project, applicant) in ABOUT.items():
            said = [
                {"part": "project", "kind": "project", "name": project, "code": "2611-320500-04-01-123456"},
                {"part": "applicant", "kind": "organisation", "name": applicant},
                {"part": "agent", "kind": "person", "name": "经办人甲", "contact": "13800000000"},
            ]
            path = f"/v1/cases/{city.case(story)}/subjects"
            answer = await officer.http.put(
                path, json={"subjects": said}, headers=officer.headers | {"Idempotency-Key": story}
            )
            assert answer.status_code == httpx2.codes.OK, answer.text
