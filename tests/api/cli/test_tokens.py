"""Commands whose parts know each other by tokens."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from api.cli import main
from api.failures import WrongSetting
from api.process_notes import Note
from api.processes.embedded import refuse_unguarded


def test_the_command_writes_where_alertmanager_finds_its_token(
    amtool: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tmp_path / "relay.token"
    token.write_text(f"{'t' * 43}\n")
    monkeypatch.setenv("SHIXIAN_RELAY_TOKEN_FILE", str(token))
    file = tmp_path / "alertmanager.yml"
    assert main(["alertmanager-config", "--output", str(file)]) == 0
    assert subprocess.run([amtool, "check-config", file], capture_output=True, check=False).returncode == 0
    configs = [one["webhook_configs"][0] for one in yaml.safe_load(file.read_text())["receivers"]]
    assert [one["http_config"] for one in configs] == [{"authorization": {"credentials_file": str(token)}}] * len(
        configs
    )
    assert "tttt" not in file.read_text() + capsys.readouterr().out


@pytest.mark.parametrize("command", ["relay", "metrics"])
def test_without_a_token_a_part_refuses_to_start_outside_loopback(tmp_path: Path, command: str) -> None:
    env = {
        "SHIXIAN_DATA_DIR": str(tmp_path),
        "SHIXIAN_RELAY_HOST": "0.0.0.0",  # noqa: S104  # refused
        "SHIXIAN_METRICS_HOST": "0.0.0.0",  # noqa: S104  # refused
        "SHIXIAN_BEHIND_PROXY": "true",
    }
    done = subprocess.run(
        [sys.executable, "-P", "-m", "api.cli", command], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "[no-token]" in done.stderr) == (2, True), done.stderr
    assert "SHIXIAN_SCRAPE_TOKEN_FILE" in done.stderr


def test_on_loopback_it_starts_and_says_that_every_program_reaches_it() -> None:
    said: list[Note] = []
    guards = {"relay_token_file": None, "scrape_token_file": lambda: (b"t" * 43,)}
    refuse_unguarded("RELAY_HOST", "127.0.0.1", guards, said.append)
    assert [(one.event, one.facts["missing"]) for one in said] == [("unguarded", "SHIXIAN_RELAY_TOKEN_FILE")]
    with pytest.raises(WrongSetting, match="no-token"):
        refuse_unguarded("RELAY_HOST", "10.0.0.1", guards, said.append)
    guards["relay_token_file"] = guards["scrape_token_file"]
    refuse_unguarded("RELAY_HOST", "10.0.0.1", guards, said.append)
    assert len(said) == 1
