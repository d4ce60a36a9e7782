"""The client's examples and the program of its README, as they stand, against a real serving Shixian."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from activities.store.store import Store
from api.access.api_keys import CallerRole, new_key
from api.processes.claims import free_port
from api.real_clock import real_now
from api.webhooks.posting import signatures
from api.webhooks.secret_box import SecretBox
from shixian_client import ApiProblem, BatchItem, ShixianClient
from tests.api.serving import Serving
from tests.waiting import until

CLIENT = Path(__file__).resolve().parents[3] / "deploy" / "client"
EXAMPLES = CLIENT / "examples"
WATER = {"procedure": "water-connection", "jurisdiction": "suzhou", "variant": "no-new-pipe"}
FIRST = "joint-site-survey"


class Bureau:
    """Who opens cases and confirms, and the water group's key."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.water, self.supervisor = self._key(CallerRole.UTILITY, "suzhou-water"), self._key(CallerRole.SUPERVISOR)
        self.env = {**os.environ, "SHIXIAN_URL": serving.url, "SHIXIAN_KEY": self.water, "NO_PROXY": "*"}

    def _key(self, role: CallerRole, company: str | None = None) -> str:
        text, kept = new_key(actor=f"{role}-1", role=role, now=real_now(), company=company, sandbox=True)
        store = Store.open(f"sqlite:///{self.serving.folder}/data/ledger.sqlite", durable=False)
        store.add_key(kept)
        store.close()
        return text

    def client(self) -> ShixianClient:
        return ShixianClient(self.serving.url, self.water, trust_env=False)

    def post(self, path: str, body: dict[str, object], key: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"{path}".replace("/", "-")}
        answer = httpx2.post(f"{self.serving.url}/v1/{path}", json=body, headers=headers, trust_env=False, timeout=60)
        assert answer.status_code == 201, answer.text

    def accepted(self, case: str, at: str) -> str:
        """A case whose first step is open since an instant."""
        self.post("cases", {**WATER, "case": case, "at": at}, self.serving.key)
        self.post(f"cases/{case}/accept", {"at": at}, self.serving.key)
        return case

    def steps(self, case: str) -> dict[str, str]:
        with self.client() as shixian:
            return {step.key: step.status for step in shixian.case(case).steps}

    @contextmanager
    def running(self, *command: str, cwd: Path) -> Iterator[Path]:
        """An example that runs until it has done its part; what it says is in a file."""
        said = cwd / "said.txt"
        with said.open("ab") as out:
            process = subprocess.Popen([sys.executable, *command], env=self.env, cwd=cwd, stdout=out, stderr=out)
            try:
                yield said
            finally:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def bureau(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    rehearsal = ("--rehearsal", "--start", "2021-03-04 12:00", "--rate", "1")
    with Serving(tmp_path_factory.mktemp("client"), temporal_binary, *rehearsal) as serving:
        yield Bureau(serving)


def test_a_late_completion_is_posted_and_the_officers_answer_is_seen(bureau: Bureau, tmp_path: Path) -> None:
    case = bureau.accepted("LATE-1", "2021-02-22T10:00:00+08:00")
    late = (str(EXAMPLES / "post_late.py"), case, FIRST, "2021-02-23T10:00:00+08:00")
    with bureau.running(*late, cwd=tmp_path) as said:
        until(lambda: "waits for an officer" in said.read_text())
        with bureau.client() as shixian:
            [posted] = [one for one in shixian.case_events(case) if one.kind == "completed"]
        bureau.post(f"cases/{case}/confirmations", {"seq": posted.seq}, bureau.supervisor)
        until(lambda: "counts by its own day" in said.read_text())
    assert said.read_text().splitlines() == [
        f"{case} {FIRST}: waits for an officer",
        f"{case} {FIRST}: counts by its own day",
    ]


def test_the_dispatcher_completes_what_opens_and_goes_on_where_it_was_killed(bureau: Bureau, tmp_path: Path) -> None:
    place = tmp_path / "place.txt"
    for case in ("LOOP-1", "LOOP-2"):  # each time begun anew, with the place that it kept
        bureau.accepted(case, "2021-03-04T10:00:00+08:00")
        with bureau.running(str(EXAMPLES / "dispatcher.py"), str(place), cwd=tmp_path) as said:
            until(lambda: f"{case} water-on event" in said.read_text())  # noqa: B023  # asked before the next case
            until(place.exists)
        assert bureau.steps(case)["water-on"] == "done"
    # killed before it kept its place it posts again, and is answered with the same event
    done = dict.fromkeys(re.findall(r"(?m)^LOOP-1 (\S+) event (\d+)$", said.read_text()))
    assert [step for step, _ in done] == [FIRST, "inspection-and-meter", "water-on"], "nothing is posted twice"


def test_the_receiver_takes_what_is_signed_once_and_refuses_the_rest(bureau: Bureau, tmp_path: Path) -> None:
    secrets = [SecretBox(tmp_path / "key").new_secret()[0] for _ in range(3)]
    port = free_port()
    bureau.env |= {"WEBHOOK_SECRETS": " ".join(secrets[:2]), "PORT": str(port)}
    with bureau.client() as shixian:
        event = next(iter(shixian.events()))
    body = event.model_dump_json().encode()

    def posted(secret: str, content: bytes = body) -> int | None:
        now = real_now()
        signature = signatures([secret], event.id, now, body.decode())
        headers = {
            "webhook-id": event.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        try:
            return httpx2.post(
                f"http://127.0.0.1:{port}/", content=content, headers=headers, trust_env=False
            ).status_code
        except httpx2.ConnectError:
            return None

    with bureau.running(str(EXAMPLES / "receiver.py"), cwd=tmp_path) as said:
        until(lambda: posted(secrets[0]) == 204)
        assert [posted(secrets[1]), posted(secrets[2]), posted(secrets[0], body + b" ")] == [204, 401, 401]
    assert said.read_text() == f"{event.type} {event.data.case} {event.data.step}\n"


def test_the_program_of_the_readme_runs_as_it_stands(bureau: Bureau, tmp_path: Path) -> None:
    [text] = re.findall(r"^```python\n(.*?)^```", (CLIENT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    case = bureau.accepted("README-1", "2021-03-04T10:00:00+08:00")
    ran = subprocess.run(
        [sys.executable, "-c", text], env=bureau.env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert re.search(rf"(?m)^{case} {FIRST} \S+", ran.stdout), ran.stdout
    assert re.search(rf"(?m)^{case} \d+ counts$", ran.stdout), ran.stdout
    assert ran.stdout.rstrip().endswith("True")


def test_what_is_wrong_is_told_by_place_and_rule_also_in_a_batch(bureau: Bureau) -> None:
    case = bureau.accepted("BATCH-1", "2021-03-04T10:00:00+08:00")
    with bureau.client() as shixian:
        assert {(line.case.case, line.key) for line in shixian.my_open_steps()} >= {(case, FIRST)}
        with pytest.raises(ApiProblem) as raised:
            shixian.complete(case, FIRST, outcome="perhaps")
        assert (raised.value.status, raised.value.code) == (422, "unknown-outcome")
        items = [
            BatchItem(case=case, step=FIRST, outcome="done", key="batch-1"),
            BatchItem(case="nowhere", step=FIRST, outcome="done", key="batch-2"),
        ]
        first, second = shixian.complete_batch(items)
        assert first.receipt is not None
        assert second.problem is not None
        assert ApiProblem.of(second.problem).code == "unknown-step"
        assert shixian.complete_batch(items)[0].receipt == first.receipt, "the same once more"
