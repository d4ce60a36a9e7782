"""Every setting there is, read from the environment by the command line alone."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from api.alerting.model import RUNBOOKS
from api.failures import Failure
from api.policies import CHANNELS, PolicyPart
from sla.clock import Policy
from sla.cohort import TakenOverCases
from sla.commitments.register import Readings
from workflows.defaults import DEADLINE, IN_FLIGHT, NAMESPACE
from workflows.procedures import ALL

# by the setting that names another one: where `serve` and `monitor` make it, in the data folder
SECRETS: Mapping[str, Path] = MappingProxyType(
    {
        name: Path("secrets", file)
        for name, file in (
            ("relay_token_file", "relay.token"),
            ("scrape_token_file", "scrape.token"),
            ("command_keys_file", "command.keys"),
        )
    }
)


def _seconds(value: timedelta | str | float) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(seconds=float(value))


Seconds = Annotated[
    timedelta, BeforeValidator(_seconds), PlainSerializer(lambda length: length.total_seconds(), return_type=float)
]


LONGEST_TOKEN = timedelta(minutes=15)
PeopleRole = Literal["clerk", "supervisor", "sysadmin", "secadmin", "auditor"]
SigningAlgorithm = Literal["ES256", "ES384", "ES512", "RS256", "PS256", "PS384", "PS512", "EdDSA", "Ed25519"]


def trusted_address(url: str) -> bool:
    """Tell whether what stands at an address comes from there: over TLS, or from this very machine."""
    try:
        parts = urlsplit(url)
        loopback = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        loopback = False
    return (parts.scheme == "https" and bool(parts.hostname)) or (parts.scheme == "http" and loopback)


class FactorRule(BaseModel):
    """How somebody must have proved who they are: the provider's `acr` is one of these, its `amr` names one of those."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    acr: tuple[Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")], ...] = ()
    amr: tuple[Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")], ...] = ()

    def is_met(self, acr: str | None, amr: tuple[str, ...]) -> bool:
        """Tell whether it was proved so; where nothing is asked for, it was."""
        return (not self.acr or acr in self.acr) and (not self.amr or bool(set(amr) & set(self.amr)))


class Settings(BaseSettings):
    """Settings, by environment variables named SHIXIAN_ and the field; lengths of time are in seconds."""

    model_config = SettingsConfigDict(
        env_prefix="SHIXIAN_",
        env_nested_delimiter="__",
        env_parse_none_str="null",
        frozen=True,
        extra="forbid",
        validate_default=True,
    )

    data_dir: Path = Field(default=Path("data"), description="folder of everything that `serve` keeps")
    database_url: str = Field(
        default="", description="`sqlite:///path` or `postgresql://...`; empty: `ledger.sqlite` in the data folder"
    )
    durable: bool = Field(default=True, description="SQLite waits until each transaction is on the disk")
    temporal_address: str = Field(default="127.0.0.1:7233", description="host and port of the Temporal server")
    temporal_namespace: str = Field(default=NAMESPACE, description="namespace of the cases on that server")
    temporal_tls: bool = Field(
        default=False,
        description="the Temporal server is reached over TLS; any of the files and names below says so too",
    )
    temporal_tls_ca_file: Path | None = Field(
        default=None, description="PEM of the certificates that vouch for the Temporal server; none: the system's"
    )
    temporal_tls_certificate_file: Path | None = Field(
        default=None, description="PEM of the certificate that is shown to the Temporal server"
    )
    temporal_tls_key_file: Path | None = Field(
        default=None, description="PEM of that certificate's key, without a password"
    )
    temporal_tls_server_name: str = Field(
        default="", description="name in the Temporal server's certificate, where its address is another"
    )
    temporal_api_key_file: Path | None = Field(
        default=None, description="file of an API key of Temporal Cloud; it needs TLS, and so says that there is"
    )
    command_keys_file: Path | None = Field(
        default=None,
        description="file of the keys by which API processes sign commands and workers check them; none: `secrets/command.keys` in the data folder, where it is there",
    )
    payload_keys_file: Path | None = Field(
        default=None,
        description="file of the keys by which everything is sealed that Temporal keeps of cases; none: it can be read there",
    )
    host: str = Field(default="127.0.0.1", description="address that the API listens on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8080, description="port that the API listens on")
    behind_proxy: bool = Field(
        default=False,
        description="a proxy with TLS stands before the API: it may listen on other addresses than loopback",
    )
    requests_per_second: Annotated[float, Field(ge=0)] = Field(
        default=50, description="requests a second that one credential may send to one process; 0: any number"
    )
    requests_at_once: Annotated[int, Field(ge=1)] = Field(
        default=200, description="requests that it may send at once before that"
    )
    expensive_per_second: Annotated[float, Field(ge=0)] = Field(
        default=2, description="the same of expensive questions: searches by part, whole tables, reports, previews"
    )
    expensive_at_once: Annotated[int, Field(ge=1)] = Field(
        default=40, description="expensive questions that it may ask at once before that"
    )
    machine_issuer: str = Field(
        default="", description="issuer of the access tokens that machines bring; empty: no token is taken"
    )
    machine_audience: str = Field(default="", description="audience that such a token must name: this installation")
    machine_keys_url: str = Field(
        default="",
        validate_default=True,
        description="where the issuer's public keys are, as a JWKS: https, or on loopback",
    )
    machine_algorithms: Annotated[tuple[SigningAlgorithm, ...], Field(min_length=1)] = Field(
        default=("ES256", "RS256", "PS256", "EdDSA", "Ed25519"), description="how such a token may be signed, as JSON"
    )
    machine_token_life: Annotated[Seconds, Field(gt=timedelta(0), le=LONGEST_TOKEN)] = Field(
        default=LONGEST_TOKEN, description="longest life of such a token in seconds, from its issue to its expiry"
    )
    people_issuer: str = Field(
        default="", description="provider of identities that people sign in with; empty: they sign in with keys alone"
    )
    people_client: str = Field(
        default="", validate_default=True, description="as which of the provider's clients this installation comes"
    )
    people_secret_file: Path | None = Field(
        default=None, description="file of that client's secret; none: the client is a public one"
    )
    people_algorithms: Annotated[tuple[SigningAlgorithm, ...], Field(min_length=1)] = Field(
        default=("ES256", "RS256", "PS256", "EdDSA", "Ed25519"),
        description="how the provider's identity tokens may be signed, as JSON",
    )
    people_factors: dict[PeopleRole, FactorRule] = Field(
        default={},
        description="how people of a role must have proved who they are, by role, as JSON; a role that is not named: as the provider likes",
    )
    key_sign_in: Literal["on", "companies", "off"] = Field(
        default="on",
        validate_default=True,
        description="who signs in to the pages with a key: everybody, companies alone, or nobody",
    )
    alarm_grace: Seconds = Field(
        default=timedelta(seconds=5), description="real seconds after a due instant before its rung is raised"
    )
    request_deadline: Seconds = Field(
        default=DEADLINE, description="seconds in which a request, or a batch as a whole, is answered"
    )
    in_flight: Annotated[int, Field(ge=1, le=10)] = Field(
        default=IN_FLIGHT, description="commands that one process sends to one case at once; the server takes ten"
    )
    backdating_workdays: Annotated[int, Field(ge=0)] = Field(
        default=3, description="working days after which a completion told late waits for an officer"
    )
    future_tolerance: Seconds = Field(
        default=timedelta(minutes=5), description="business seconds by which a client's clock may run ahead"
    )
    least_disk_free: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.1, description="share of the disk under the data that is free while a process is ready; 0: any"
    )
    clock_tolerance: Annotated[Seconds, Field(gt=timedelta(0))] = Field(
        default=timedelta(seconds=2),
        description="seconds by which the clock of a process that is ready is from the database's, or behind a worker's",
    )
    worker_metrics: Annotated[str, Field(pattern=r"^([^\s:]+:[0-9]{1,5})?$")] = Field(
        default="", description="host and port at which a worker shows what Temporal's client counts; empty: nowhere"
    )
    metrics_host: str = Field(default="127.0.0.1", description="address that the exporter of metrics listens on")
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=8081, description="port that the exporter of metrics listens on"
    )
    metrics_series: Annotated[int, Field(ge=0)] = Field(
        default=5000, description="cases, and steps, that have series of their own; the number left out is a series too"
    )
    relay_host: str = Field(default="127.0.0.1", description="address that the relay of alerts listens on")
    relay_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=8082, description="port that the relay of alerts listens on"
    )
    relay_token_file: Path | None = Field(
        default=None,
        description="file of the token that Alertmanager sends to the relay; none: `secrets/relay.token` in the data folder, where it is there",
    )
    scrape_token_file: Path | None = Field(
        default=None,
        description="file of the token that Prometheus sends to exporter, relay and API; none: `secrets/scrape.token` in the data folder, where it is there",
    )
    recipients_file: Path | None = Field(
        default=None, description="who is told which alerts and how (`docs/alerts.md`); none: the log alone"
    )
    checkpoint_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = Field(
        default="", description="where each checkpoint is posted to as well, outside this house; empty: nowhere"
    )
    public_url: str = Field(
        default="", description="address of the pages as people reach them, for links in notices and events"
    )
    runbooks_url: str = Field(
        default=RUNBOOKS, description="where the runbooks are as people reach them, for the links of alerts"
    )
    webhook_hosts: tuple[str, ...] = Field(
        default=(), description="names that addresses of companies' webhooks may have, as JSON; none: any public one"
    )
    webhook_ports: tuple[Annotated[int, Field(ge=1, le=65535)], ...] = Field(
        default=(443,), description="ports that addresses of webhooks may have, as JSON"
    )
    webhook_key_file: Path | None = Field(
        default=None,
        description="file of the key under which secrets of webhooks are kept, one for API and relay; none: `webhooks.key` in the data folder",
    )
    webhook_loopback: bool = Field(
        default=False, description="webhooks may go to this machine itself, without TLS: for rehearsals alone"
    )
    notice_approval: Literal["another", "anyone"] = Field(
        default="another",
        description="who approves a proposed notice: another than who proposed it, or anyone (said on the record)",
    )
    red_cards: dict[str, Annotated[int, Field(ge=1)]] = Field(
        default={},
        description="working days over until a step has the red card, by procedure, where it is not the common number, as JSON",
    )
    policy: Policy = Field(
        default=Policy(),
        description="office hours and what the law leaves open, as JSON or `SHIXIAN_POLICY__CUTOFF` ...",
    )
    channels: dict[str, PolicyPart] = Field(
        default=CHANNELS,
        description="what of the policy is another for a channel, by the fact `channel` of a case, as JSON",
    )
    readings: Readings = Field(
        default=Readings(),
        description="how open words of the commitments are read, as JSON or `SHIXIAN_READINGS__ONE_DAY_LIMIT` ...",
    )

    four_eyes: bool = Field(
        default=True,
        description="what one actor recorded another confirms; off where one person does all, and then said on the record",
    )
    four_eyes_for: frozenset[Literal["extend", "correct-decided", "confirm", "withdraw"]] = Field(
        default=frozenset(),
        description="which commands on cases one asks for and another grants, as JSON: `extend`, `correct-decided`, `confirm`, `withdraw`",
    )
    request_workdays: Annotated[int, Field(ge=1, le=30)] = Field(
        default=1, description="working days in which such a request is to be granted or refused"
    )
    taken_over_cases: TakenOverCases = Field(
        default=TakenOverCases.COUNTED,
        description="whether averages, shares and forecasts count cases that ran in another system before: `counted` or `left-out`",
    )
    subject_keys_file: Path | None = Field(
        default=None, description="file of the keys that open names; none: `subjects.key` in the data folder"
    )
    project_names_for_companies: bool = Field(
        default=False, description="a company sees the name of the project in cases in which it has a step"
    )
    subject_retention_years: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None,
        description="years after the last of its cases was closed until a subject is to be erased; none: never",
    )
    observation_days: Annotated[int, Field(ge=1, le=3660)] = Field(
        default=396, description="days after the end of what was observed of a promise until the next is overdue"
    )
    observations_from: date | None = Field(
        default=None, description="day from which a promise that was never observed is overdue as well; none: never"
    )

    @field_validator("machine_keys_url")
    @classmethod
    def _whole_issuer(cls, value: str, info: ValidationInfo) -> str:
        said = [info.data.get("machine_issuer"), info.data.get("machine_audience"), value]
        if any(said) and not all(said):
            raise PydanticCustomError("incomplete", "issuer, audience and the address of the keys belong together")
        if value and not trusted_address(value):
            raise PydanticCustomError("insecure-address", "it must be https, or http on a loopback address")
        return value

    @field_validator("people_client")
    @classmethod
    def _whole_provider(cls, value: str, info: ValidationInfo) -> str:
        issuer = info.data.get("people_issuer", "")
        if bool(issuer) is not bool(value):
            raise PydanticCustomError("incomplete", "the provider's issuer and our client belong together")
        if issuer and not trusted_address(issuer):
            raise PydanticCustomError("insecure-address", "the issuer must be https, or http on a loopback address")
        return value

    @field_validator("key_sign_in")
    @classmethod
    def _way_in(cls, value: str, info: ValidationInfo) -> str:
        if value != "on" and not info.data.get("people_issuer"):
            raise PydanticCustomError("no-way-in", "without a provider of identities nobody could sign in")
        return value

    @field_validator("red_cards")
    @classmethod
    def _known_procedures(cls, value: dict[str, int]) -> dict[str, int]:
        unknown = sorted(set(value) - set(ALL))
        if unknown:
            raise PydanticCustomError("unknown-procedure", "there are: {known}", {"known": ", ".join(ALL)})
        return value

    @field_validator("readings", mode="before")
    @classmethod
    def _numbers_of_readings(cls, value: object) -> object:
        """The environment knows only text."""
        if isinstance(value, dict) and str(value.get("one_day_limit", "")).isdigit():
            return {**value, "one_day_limit": int(value["one_day_limit"])}
        return value

    @property
    def subject_keys(self) -> Path:
        """The file of the keys that open names."""
        return self.subject_keys_file or self.data_dir / "subjects.key"

    @property
    def database(self) -> str:
        """The address of the database."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'ledger.sqlite').absolute()}"

    @property
    def kept_in(self) -> Path:
        """The folder that the data of this machine is in: that of the database where it is a file."""
        scheme, _, file = self.database.partition(":///")
        return Path(file).parent if scheme == "sqlite" else self.data_dir.absolute()

    def secrets_of(self, name: str) -> Path | None:
        """Return the file of secrets that a setting names, else the one that `serve` or `monitor` made, else None."""
        given: Path | None = getattr(self, name)
        made = self.data_dir / SECRETS[name]
        return given or (made if made.exists() else None)


def read_settings(**given: Any) -> Settings:  # noqa: ANN401  # as the settings have them
    """Read the environment, overlaid with what the command line says; a wrong setting is a Failure (2) with name and rule."""
    said = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**said)
    except SettingsError as error:
        named = re.search(r'field "(\w+)"', str(error))
        name = named[1].upper() if named else "*"
        raise Failure(f"SHIXIAN_{name}: 不是 JSON it is no JSON [json]", code=2) from None
    except ValidationError as error:
        flaws = [
            f"SHIXIAN_{'__'.join(str(part) for part in e['loc']).upper()}: {e['msg']} [{e['type']}]"
            for e in error.errors()
        ]
        raise Failure("\n".join(flaws), code=2) from None
