"""The Chromium that pages are tested in, and fonts with Chinese: the machine's own, else fetched once beside the servers."""

import base64
import contextlib
import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import brotli

from api.failures import Failure
from api.processes.builds import Builder, Say, kept_tools, locked, said_version
from api.processes.node import NoNode, npm_of

SETTING = "SHIXIAN_CHROMIUM"
CALLED = ("chromium", "chromium-browser", "google-chrome")
AT_LEAST = (120,)
FETCHED_FOR = ("linux", "x86_64")
MACHINE = (sys.platform, platform.machine())
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


class NoBrowser(Failure):
    """There is no Chromium, and none could be fetched."""


class Chromium(NamedTuple):
    """A Chromium, the environment that it needs beside the usual one, and in which of the ways it was found."""

    path: Path
    env: Mapping[str, str]
    how: str


class NpmPackage(NamedTuple):
    """A package of the npm registry, pinned."""

    name: str
    version: str
    integrity: str
    title: str


BROWSER = NpmPackage(
    "@sparticuz/chromium",
    "153.0.0",
    "sha512-jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
    "a Chromium (70 MB, once)",
)
FONTS = NpmPackage(
    "@expo-google-fonts/noto-sans-sc",
    "0.4.3",
    "sha512-9rAwdFTFHbO/u6Cs0gj2jZbW74TGIiaFNQnXYH2s5wA1bzVkwbaviL4t8YUV642eGYjg86eH6DkAEQmfNHDncQ==",
    "a font with Chinese, Noto Sans SC (57 MB, once)",
)
FACES = ("package/400Regular/NotoSansSC_400Regular.ttf", "package/700Bold/NotoSansSC_700Bold.ttf")


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def find_chromium(say: Say = _say, tools: Path | None = None) -> Chromium:
    """Look for a Chromium and for Chinese fonts, and fetch what is missing; says which it is."""
    fetching = Fetching(tools or kept_tools(), say)
    found = _named() or _on_path() or fetching.chromium()
    found = found._replace(env={**found.env, **({} if _has_chinese() else fetching.fonts())})
    say(f"Chromium: {found.path} ({found.how})\n")
    return found


def _named() -> Chromium | None:
    named = os.environ.get(SETTING)
    if not named:
        return None
    path = shutil.which(named)
    if path is None:
        raise NoBrowser(f"{SETTING} names {named}, which cannot be run.")
    return Chromium(Path(path).absolute(), {}, f"named by {SETTING}")


def _on_path() -> Chromium | None:
    for name in CALLED:
        path = shutil.which(name)
        if path is not None and said_version([path, "--version"], r"(\d+)\.\d+\.\d+") >= AT_LEAST:
            return Chromium(Path(path).absolute(), {}, "on the path")
    return None


def _has_chinese() -> bool:
    """Tell whether the machine has a font with Chinese."""
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    return bool(subprocess.run([lister, ":lang=zh"], capture_output=True, check=False).stdout.strip())


class Fetching:
    """Brings pinned packages of the npm registry into a folder, where they are found again."""

    def __init__(self, tools: Path, say: Say) -> None:
        self._tools = tools
        self._say = say
        self._builder = Builder(tools, say, threading.Event())

    def chromium(self) -> Chromium:
        """Return the fetched Chromium with the libraries that came with it; NoBrowser where there is none for this machine."""
        if MACHINE != FETCHED_FOR:
            raise NoBrowser(
                f"No Chromium on the path, and none to fetch for {' '.join(MACHINE)}: set {SETTING} to one."
            )
        folder = self._tools / f"chromium-{BROWSER.version}"
        how = "fetched earlier"
        with self._alone("chromium"):
            if not folder.exists():
                self._fetch(BROWSER, folder)
                how = "fetched now"
        return Chromium(folder / "chromium", {"LD_LIBRARY_PATH": str(folder / "lib")}, how)

    def fonts(self) -> Mapping[str, str]:
        """Return the environment in which fontconfig knows the fetched fonts, and no others."""
        folder = self._tools / f"fonts-{FONTS.version}"
        with self._alone("fonts"):
            if not folder.exists():
                self._fetch(FONTS, folder)
            conf = folder / "fonts.conf"
            conf.write_text(FONTS_CONF.format(folder=escape(str(folder))))  # anew, for a folder may be moved
        return {"FONTCONFIG_FILE": str(conf)}

    def _alone(self, what: str) -> contextlib.AbstractContextManager[None]:
        self._tools.mkdir(parents=True, exist_ok=True)
        return locked(self._tools / f"lock-{what}")

    def _fetch(self, package: NpmPackage, folder: Path) -> None:
        self._say(f"Fetching {package.title}, from the npm registry.\n")
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=self._tools) as scratch:
            made = Path(scratch) / "made"
            made.mkdir()
            packed = self._packed(package, Path(scratch))
            with tarfile.open(packed) as archive:
                (_unpack_chromium if package is BROWSER else _unpack_fonts)(archive, made)
            made.replace(folder)

    def _packed(self, package: NpmPackage, scratch: Path) -> Path:
        """Have npm fetch a package's archive; NoBrowser where it does not come, or is not the one that is pinned."""
        spec = f"{package.name}@{package.version}"
        log = self._tools / "npm.log"
        npm = [*self._npm(), "pack", spec, "--ignore-scripts", "--pack-destination", str(scratch)]
        env = {**os.environ, "npm_config_cache": str(scratch / "cache"), "npm_config_update_notifier": "false"}
        fetched = self._builder.run(npm, log, env=env, cwd=scratch)
        archives = list(scratch.glob("*.tgz"))
        if not fetched or not archives:
            raise NoBrowser(f"npm did not bring {spec}: look at {log}. Or set {SETTING} to a Chromium.")
        if integrity(archives[0]) != package.integrity:
            raise NoBrowser(f"What npm brought as {spec} is not what is pinned: it is {integrity(archives[0])}.")
        return archives[0]

    def _npm(self) -> list[str]:
        try:
            return npm_of(self._tools, self._say)
        except NoNode as missing:
            raise NoBrowser(str(missing)) from None


def integrity(archive: Path) -> str:
    """Return an archive's digest as the npm registry writes it."""
    return f"sha512-{base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()}"


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None, name
    return file.read()


def _unpack_chromium(archive: tarfile.TarFile, folder: Path) -> None:
    """Unpack the browser, and the libraries that not every machine has."""
    libraries = io.BytesIO(brotli.decompress(_member(archive, "package/bin/al2023.tar.br")))
    with tarfile.open(fileobj=libraries) as packed:
        packed.extractall(folder, filter="data")
    browser = folder / "chromium"
    browser.write_bytes(brotli.decompress(_member(archive, "package/bin/chromium.br")))
    browser.chmod(0o755)


def _unpack_fonts(archive: tarfile.TarFile, folder: Path) -> None:
    for name in FACES:
        (folder / Path(name).name).write_bytes(_member(archive, name))


def main() -> int:
    """Find or fetch the browser, and say which."""
    try:
        find_chromium()
    except NoBrowser as missing:
        _say(f"{missing}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
