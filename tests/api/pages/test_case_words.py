"""Owners are called what the register calls them: in two cities two offices may have one title."""

from collections import defaultdict
from datetime import date

from api.pages.case_words import owner_name
from api.pages.keys import company_name
from api.pages.words import Language, PageWords
from sla.companies import COMPANIES
from sla.departments import DEPARTMENTS

EN, ZH = (PageWords(language, date(2026, 11, 26)) for language in (Language.EN, Language.ZH))


def test_each_office_has_its_own_english_name() -> None:
    said = {one.id: owner_name(EN, one.jurisdiction, one.title_zh) for one in DEPARTMENTS.values()}
    assert said == {one.id: one.title_en for one in DEPARTMENTS.values()}
    assert len(set(said.values())) == len(DEPARTMENTS)
    assert {owner_name(ZH, one.jurisdiction, one.title_zh) for one in DEPARTMENTS.values()} == {
        one.title_zh for one in DEPARTMENTS.values()
    }


def test_without_a_place_a_title_of_two_offices_is_called_both() -> None:
    titles = defaultdict(list)
    for one in DEPARTMENTS.values():
        titles[one.title_zh].append(one.title_en)
    assert max(map(len, titles.values())) == 2, "it happens"
    assert {title: owner_name(EN, None, title) for title in titles} == {
        title: " / ".join(names) for title, names in titles.items()
    }


def test_who_is_in_no_register_is_called_by_the_own_title() -> None:
    assert owner_name(EN, "suzhou", "申请人") == "applicant"
    assert owner_name(EN, "suzhou", "某单位") == "某单位"


def test_each_company_is_called_what_its_office_is_called() -> None:
    for company, (owner,) in COMPANIES.items():
        [office] = [one for one in DEPARTMENTS.values() if one.title_zh == owner]
        assert company_name(EN, company) == office.title_en
