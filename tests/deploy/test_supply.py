"""C-36: the bill of materials, the audit of known faults, the scan for secrets, licences."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.supply import secrets
from deploy.supply.audit import Findings, audit, findings, lists
from deploy.supply.licences import PAGE, UnknownLicence, judged, page
from deploy.supply.locks import DEV, ROOT, RUN, SERVERS, go_modules, python_packages
from deploy.supply.sbom import bill

PLANTED = (
    ("api/new.py", 'KEY = "' + "AKIA" + 'Q3EGRZ5TBWDV6YXN"\n', "AWS Access Key"),
    ("deploy/id_key", "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEAx7Qk3uVw8Yp2" + "Zr5Tn9Lc4Hd6Jf1Gb0Sa\n", "Private Key"),
    ("docs/a page.md", "postgresql://shixian:" + "hJ7kQw2x@db.example/shixian\n", "Basic Auth Credentials"),
    ("requirements/run.txt", "https://desk:" + "hJ7kQw2x@mirror.example/simple\n", "Basic Auth Credentials"),
    ("tests/workflows/histories/a/b.json", '"' + "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx" + '"\n', "GitHub Token"),
    ("sla/sources.py", 'TOKEN = "' + "c3VwZXIgbG9uZyBzdHJpbmcgc2hvdWxkIGNhdXNlIGVub3VnaCBlbnRyb3B5" + '"\n', "Secret Keyword"),
)  # fmt: skip


@pytest.fixture(scope="module")
def sbom() -> str:
    return bill()


def test_the_bill_of_materials_keeps_to_its_schema_and_is_the_same_each_time(sbom: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(sbom) is None
    assert sbom == bill()


def test_c_36_the_bill_names_every_locked_package_with_its_digests_and_every_module_of_the_servers(sbom: str) -> None:
    parts = {one["purl"]: one for one in json.loads(sbom)["components"] if "purl" in one}
    for one in python_packages(RUN):
        (files,) = parts[f"pkg:pypi/{one.name}@{one.version}"]["externalReferences"]
        assert {digest["content"] for digest in files["hashes"]} == set(one.digests)
        assert parts[f"pkg:pypi/{one.name}@{one.version}"]["licenses"]
    for server in SERVERS:
        for module in go_modules(server):
            found = [one for one in parts.values() if (one["name"], one["version"]) == (module.name, module.version)]
            assert [one["properties"] for one in found] == [[{"name": "go:sum", "value": module.go_sum}]]
    assert "pkg:npm/%40sparticuz/chromium@153.0.0" in parts


def test_a_server_is_said_to_be_built_of_what_its_go_mod_requires(sbom: str) -> None:
    built_of = {one["ref"]: one.get("dependsOn", []) for one in json.loads(sbom)["dependencies"]}
    for server in SERVERS:
        text = (ROOT / "deploy" / server / "go.mod").read_text(encoding="utf-8")
        assert len(built_of[server]) == len(re.findall(r"(?m)^(?:require |\t)\S+ v\S+(?: // indirect)?$", text)) > 50
    assert set(SERVERS) < set(built_of["shixian"])


def test_nothing_of_a_bill_is_an_address_of_a_registry(sbom: str) -> None:
    urls = {one["url"] for part in json.loads(sbom)["components"] for one in part.get("externalReferences", ())}
    assert urls
    assert {url for url in urls if not url.startswith("pkg:")} == set()


def test_each_locked_version_is_audited_with_its_digests_and_each_list_has_a_name_once() -> None:
    listed = [re.findall(r"(?m)^(\S+)==(\S+) --hash", text) for text in lists(RUN, DEV)]
    assert {pin for one in listed for pin in one} == {
        (one.name, one.version) for lock in (RUN, DEV) for one in python_packages(lock)
    }
    assert [len(one) - len(dict(one)) for one in listed] == [0] * len(listed)


def test_c_36_a_fault_fails_and_so_does_what_could_not_be_audited() -> None:
    clean = {"name": "a", "version": "1", "vulns": []}
    faulty = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
    skipped = {"name": "c", "skip_reason": "not found"}
    assert _found(clean).exit_code == 0
    assert _found(clean, faulty) == Findings(("b 2: CVE-1, cured in 3",), ())
    assert _found(clean, faulty).exit_code == 1
    assert _found(faulty, skipped).exit_code == 2
    assert _found(skipped).unaudited == ("c: not found",)


def _found(*packages: object) -> Findings:
    return findings(json.dumps({"dependencies": packages, "fixes": []}))


def test_an_audit_that_reaches_nobody_is_a_failure_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    said = audit(f"idna==3.20 --hash=sha256:{'0' * 64}\n", "--timeout", "1")
    assert said.exit_code == 2
    assert said.faults == ()


@pytest.mark.parametrize(("name", "text", "kind"), PLANTED)
def test_c_36_a_planted_secret_is_found_and_not_repeated(name: str, text: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text("nothing\n" + text, encoding="utf-8")
    for command in (("init", "--quiet"), ("add", ".")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    line = 1 + text.count("\n")  # of a key the first of its own lines
    assert f"{name}:{line}: {kind}" in secrets.find(tmp_path, secrets.tracked(tmp_path))


def test_everything_that_is_expected_to_look_like_a_secret_is_there() -> None:
    names = [name for name in secrets.tracked(ROOT) if name.endswith((".py", ".json", ".mjs", ".md"))]
    for expected in secrets.EXPECTED:
        among = [name for name in names if Path(name).match(expected.files)] if expected.files != "*" else names
        assert any(expected.text in (ROOT / name).read_text(encoding="utf-8") for name in among), expected


def test_the_page_of_licences_is_what_the_locks_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_a_licence_that_nobody_has_judged_is_refused() -> None:
    assert judged("MIT OR GPL-3.0-only") == ""
    assert "replace" in judged("LGPL-3.0-only")
    for expression in ("GPL-3.0-only", "MIT AND AGPL-3.0-only", "Proprietary"):
        with pytest.raises(UnknownLicence):
            judged(expression)


def test_what_bandit_leaves_out_ruff_asks_of_every_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    rules = [f"S{one.removeprefix('B')}" for one in project["bandit"]["skips"]]
    lint = project["ruff"]["lint"]
    assert "S" in lint["select"]
    assert set(rules) & set(lint["ignore"]) == set()
    left_out = {path: set(rules) & set(ignored) for path, ignored in lint["per-file-ignores"].items()}
    assert {path: found for path, found in left_out.items() if found} == {
        "tests/**": {"S101", "S603"},
        "api/processes/**": {"S603"},  # nothing but starting commands, which were found, built or told
    }
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", ",".join(rules), "-"],
        input="import yaml, markupsafe, subprocess\nassert yaml\nyaml.load(a, b)\nmarkupsafe.Markup(c)\nsubprocess.run(d)\n"
        "f'SELECT {e} FROM f'\n",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert {rule for rule in rules if rule in done.stdout} == set(rules)
