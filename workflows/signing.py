"""Commands are signed by whoever may send them, so that nobody changes a case who only reaches Temporal's port.

A worker checks an update in its validator, which no replay runs: histories need no key, and keys may be replaced.
"""

import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from pydantic import BaseModel
from temporalio import activity, client, worker, workflow
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter
from temporalio.exceptions import ApplicationError

from workflows.case import CaseWorkflow
from workflows.keys import Keys

HEADER = "shixian-mac"
LIFE = timedelta(minutes=5)  # of a signature; clocks of the machines are nearer to each other than that
SECOND = re.compile(r"[0-9]{1,11}", re.ASCII)  # since 1970
COMMAND, SETTLING = "command", "settle"  # what is signed, so that one never stands for the other


class Signing(NamedTuple):
    """The keys of a house, and real time."""

    keys: Keys
    now: Callable[[], datetime]

    def sign(self, what: str, case: str, content: Iterable[str]) -> str:
        """Return a signature with the first key: the key's name, the second it is given in, and the MAC."""
        key, second = self.keys()[0], int(self.now().timestamp())
        return f"{key.id}.{second}.{_mac(key.secret, what, case, second, content)}"

    def holds(self, signature: str, what: str, case: str, content: Iterable[str]) -> bool:
        """Tell whether a signature is one of this house's."""
        named, _, rest = signature.partition(".")
        second, _, mac = rest.partition(".")
        key = next((key for key in self.keys() if key.id == named), None)
        if key is None or not SECOND.fullmatch(second) or not mac.isascii():
            return False
        return hmac.compare_digest(mac, _mac(key.secret, what, case, int(second), content))

    def is_fresh(self, signature: str) -> bool:
        """Tell whether a signature that holds was given just now."""
        given = datetime.fromtimestamp(int(signature.split(".")[1]), self.now().tzinfo)
        return abs(self.now() - given) <= LIFE


def _mac(secret: bytes, what: str, case: str, second: int, content: Iterable[str]) -> str:
    signed = "\n".join((json.dumps([what, case, second]), *content))  # JSON of one value has no line break
    return hmac.digest(secret, signed.encode(), "sha256").hex()


def sent(values: Iterable[Any]) -> list[str]:
    """Return what is sent, as the converter writes it: every field."""
    return [value.model_dump_json() for value in _models(values)]


def received(values: Iterable[Any]) -> list[str]:
    """Return what was received, as it was sent: a field that this release knows and the sender did not is left out."""
    return [value.model_dump_json(exclude_unset=True) for value in _models(values)]


def _models(values: Iterable[Any]) -> Iterable[BaseModel]:
    """Each command, also of a list of them; what else may come is no command, and nobody has signed it."""
    for value in values:
        yield from cast("list[BaseModel]", value if isinstance(value, list) else [value])


class SignedCommands(client.Interceptor, worker.Interceptor):
    """Signs what a client sends to cases, and has its workers refuse everything else."""

    def __init__(self, signing: Signing) -> None:
        self._signing = signing

    def intercept_client(self, next: client.OutboundInterceptor) -> client.OutboundInterceptor:  # theirs
        """Sign commands."""
        return _Signer(next, self._signing)

    def workflow_interceptor_class(
        self,
        input: worker.WorkflowInterceptorClassInput,  # theirs
    ) -> type[worker.WorkflowInboundInterceptor]:
        """Check commands, and sign what cases ask of an activity by way of the server."""
        signing = self._signing

        class Checker(_Checker):
            _signing = signing

        return Checker

    def intercept_activity(
        self, next: worker.ActivityInboundInterceptor
    ) -> worker.ActivityInboundInterceptor:  # theirs
        """Check what an activity is asked by way of the server."""
        return _SettlingChecker(next, self._signing)


class _Signer(client.OutboundInterceptor):
    def __init__(self, following: client.OutboundInterceptor, signing: Signing) -> None:
        super().__init__(following)
        self._signing = signing

    async def start_update_with_start_workflow(
        self,
        input: client.StartWorkflowUpdateWithStartInput,  # theirs
    ) -> client.WorkflowUpdateHandle[Any]:
        update = input.update_workflow_input
        signature = self._signing.sign(COMMAND, input.start_workflow_input.id, [update.update, *sent(update.args)])
        update.headers = _with(update.headers, signature)
        return await super().start_update_with_start_workflow(input)


class _Checker(worker.WorkflowInboundInterceptor):
    _signing: Signing

    def init(self, outbound: worker.WorkflowOutboundInterceptor) -> None:
        super().init(_SettlingSigner(outbound, self._signing))

    def handle_update_validator(self, input: worker.HandleUpdateInput) -> None:  # theirs
        super().handle_update_validator(input)  # whether they are commands at all
        case = cast("CaseWorkflow", workflow.instance()).case  # not the run's id, which whoever starts one chooses
        signature = _signature(input.headers)
        holds = self._signing.holds(signature, COMMAND, case, [input.update, *received(input.args)])
        if not holds or not self._signing.is_fresh(signature):
            raise ApplicationError(
                "No process of this house has signed this, or not lately.", "", type="unsigned", non_retryable=True
            )


class _SettlingSigner(worker.WorkflowOutboundInterceptor):
    def __init__(self, following: worker.WorkflowOutboundInterceptor, signing: Signing) -> None:
        super().__init__(following)
        self._signing = signing

    def start_activity(self, input: worker.StartActivityInput) -> workflow.ActivityHandle[Any]:  # theirs
        if input.activity == SETTLING:
            signature = self._signing.sign(SETTLING, input.args[0].case, sent(input.args))
            input.headers = _with(input.headers, signature)
        return super().start_activity(input)


class _SettlingChecker(worker.ActivityInboundInterceptor):
    def __init__(self, following: worker.ActivityInboundInterceptor, signing: Signing) -> None:
        super().__init__(following)
        self._signing = signing

    async def execute_activity(self, input: worker.ExecuteActivityInput) -> Any:  # noqa: ANN401  # theirs
        info = activity.info()
        if info.activity_type == SETTLING and not info.is_local:  # a local one never leaves the process
            self._check(input.args, _signature(input.headers))
        return await super().execute_activity(input)

    def _check(self, asked: Sequence[Any], signature: str) -> None:
        """It may have waited long for the database, so it may be old; what it writes twice is written once."""
        request = asked[0] if asked else None
        if request is None or not self._signing.holds(signature, SETTLING, request.case, received(asked)):
            raise ApplicationError("No worker of this house has asked for this.", type="unsigned", non_retryable=True)


def _with(headers: Mapping[str, Payload], signature: str) -> Mapping[str, Payload]:
    return {**headers, HEADER: PayloadConverter.default.to_payload(signature)}


def _signature(headers: Mapping[str, Payload]) -> str:
    found = headers.get(HEADER)
    if found is None or found.metadata.get("encoding") != b"json/plain":
        return ""
    try:
        signature = json.loads(found.data)
    except ValueError:
        return ""
    return signature if isinstance(signature, str) else ""
