"""The accounts of the demo's city: its people sign in as what they are, and a stranger does not."""

from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from temporalio.client import Client

from api.access import provider_keys
from api.access.people import caller_role
from api.demo.accounts import ACCOUNTS, STRANGER, accounts, invitation, let_in
from api.demo.stage import settings_of
from api.pages.frame import home_of
from tests.api.office import PATIENT, Office, file_store
from tests.api.provider.account import AccountHolder
from tests.waiting import WITHIN


async def test_everybody_of_the_city_signs_in_with_an_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_keys, "PATIENCE", WITHIN)
    with accounts(tmp_path / "accounts", 8099, lambda _: None) as beside, closing(file_store(tmp_path)) as store:
        let_in(settings_of(tmp_path), beside.issuer)
        office = Office(
            cast("Client", None), store, PATIENT.model_copy(update={**beside.settings, "data_dir": tmp_path})
        )
        for subject, role in ACCOUNTS.items():
            holder = AccountHolder(office.app, subject, "http://127.0.0.1:8099")
            answer = await holder.sign_in_by_account()
            again = "again=1" in answer.text
            assert again is (role in {"auditor", "secadmin", "sysadmin"})
            answer = await holder.sign_in_by_account(again="1") if again else answer
            assert (answer.status_code, answer.headers["location"]) == (303, home_of(caller_role(role)))
        stranger = await AccountHolder(office.app, STRANGER, "http://127.0.0.1:8099").sign_in_by_account()
        assert stranger.status_code == 403
        assert all(subject in " ".join(invitation(beside)) for subject in ACCOUNTS)
        await office.close()
