"""Accounts for the people of the demo's city: a certified provider beside it, on this machine alone."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from api.access.people import PersonRole, new_person
from api.demo.provider.running import running
from api.private_files import private_folder
from api.processes.builds import Say
from api.processes.embedded import open_store
from api.real_clock import real_now
from api.settings import Settings, read_settings

BOARD = "shixian-demo"
ONE, TWO = "urn:one-factor", "urn:two-factors"
SECOND = {"acr": TWO, "amr": ["pwd", "otp"]}
ACCOUNTS: Mapping[str, PersonRole] = {
    "chen": PersonRole.CLERK,
    "lin": PersonRole.SUPERVISOR,
    "wu": PersonRole.AUDITOR,
    "zhao": PersonRole.SECADMIN,
    "qian": PersonRole.SYSADMIN,
}
STRANGER = "sun"  # whom the bureau knows and the city has not let in
FACTORS = {role: {"acr": [TWO]} for role in ("sysadmin", "secadmin", "auditor")}


class CityAccounts(NamedTuple):
    """A provider that runs, and the settings by which a city takes its accounts."""

    issuer: str
    settings: Mapping[str, Any]


@contextmanager
def accounts(folder: Path, port: int, say: Say) -> Iterator[CityAccounts]:
    """Run a provider for a city that will be at a port of this machine; `folder` keeps what the two share."""
    origin, secret = f"http://127.0.0.1:{port}", secrets.token_urlsafe(32)
    client = {
        "client_id": BOARD,
        "client_secret": secret,
        "redirect_uris": [f"{origin}/sign-in/back"],
        "post_logout_redirect_uris": [f"{origin}/sign-in"],
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
    }
    people = {name: {"acr": ONE, "amr": ["pwd"], "second": SECOND} for name in (*ACCOUNTS, STRANGER)}
    private_folder(folder)
    file = folder / "people.secret"
    with running({"clients": [client], "people": people, "lifetime": 300, "audience": origin}, say) as provider:
        file.write_text(f"{secret}\n", encoding="ascii")
        named = {
            "port": port,
            "public_url": origin,
            "people_issuer": provider.issuer,
            "people_client": BOARD,
            "people_secret_file": file,
            "people_factors": FACTORS,
        }
        checked = read_settings(**named)
        yield CityAccounts(provider.issuer, {name: getattr(checked, name) for name in named})


def let_in(settings: Settings, issuer: str) -> None:
    """Let the people of the city in, each as what they are there."""
    with closing(open_store(settings)) as store:
        for subject, role in ACCOUNTS.items():
            store.add_person(
                new_person(issuer=issuer, subject=subject, actor=f"demo-{role}", role=role, now=real_now())
            )


def invitation(beside: CityAccounts) -> tuple[str, ...]:
    """Return the lines that say who may sign in with an account."""
    named = ", ".join(f"{subject} ({role})" for subject, role in ACCOUNTS.items())
    return (
        f"Or sign in with an account of the provider beside it, {beside.issuer}:",
        f"  {named}; {STRANGER} is not let in",
        "  administrators and the auditor prove a second factor the second time that they are asked",
    )
