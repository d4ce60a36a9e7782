"""Another company's case is answered like one that there is not, and as quickly (C-13)."""

from statistics import median
from time import perf_counter

from tests.api.office import Office
from tests.api.pages.statements import reads_of
from tests.crowd import crowd


async def foreign_cases(office: Office) -> list[str]:
    """Cases that there are, and in which the gas company has no step."""
    crowd(office.store, 40)
    numbers = [one["case"] for one in (await office.auditor.get("/v1/cases", limit=100)).json()["cases"]]
    return [one for one in numbers if (await office.gas.get(f"/v1/cases/{one}")).status_code == 404]


async def test_c_13_a_foreign_case_takes_as_long_as_a_missing_one(quiet_office: Office, nightly: bool) -> None:
    cases = await foreign_cases(quiet_office)
    assert cases
    took: dict[bool, list[float]] = {True: [], False: []}
    for number in range(500 if nightly else 100):
        case = cases[number % len(cases)]
        for foreign in (True, False) if number % 2 else (False, True):
            begun = perf_counter()
            answer = await quiet_office.gas.get(f"/v1/cases/{case if foreign else case[:-1] + 'x'}")
            took[foreign].append(perf_counter() - begun)
            assert answer.status_code == 404
    assert 0.8 < median(took[True]) / median(took[False]) < 1.25


async def test_a_foreign_case_asks_the_database_what_a_missing_one_asks(quiet_office: Office) -> None:
    [case, *_] = await foreign_cases(quiet_office)
    asked = []
    for one in (case, "nowhere"):
        with reads_of(quiet_office.store) as statements:
            await quiet_office.gas.get(f"/v1/cases/{one}")
        asked.append([each for each in statements if "FROM step" in each or "case_" in each])
    assert asked[0] == asked[1]
    assert len(asked[0]) == 1
