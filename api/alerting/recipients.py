"""Who is told of alerts, and how: read from one file."""

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

import yaml
from apprise import Apprise
from pydantic import SecretStr

from api.alerting.yaml_lines import FileError, Reader, YamlEntry, compose
from sla.departments import DEPARTMENTS, told_for
from sla.model import Model

DEAD_MAN, OPERATORS, SUPERVISORS = "dead-man", "operators", "supervisors"
DEFAULT = "default"  # who is told for the offices that the file does not name
PARTS = ("link", "channels", "dead_man", "operators", "supervisors", "departments")
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
HIGHEST_RATE = 6000


class ChannelKind(StrEnum):
    """How a channel tells."""

    WEBHOOK = "webhook"  # JSON, posted to an address of one's own
    WECOM = "wecom"  # a robot of a WeCom group 企业微信群机器人
    DINGTALK = "dingtalk"  # a robot of a DingTalk group 钉钉群机器人
    FEISHU = "feishu"  # a robot of a Feishu group 飞书群机器人
    APPRISE = "apprise"  # e-mail and the rest, by an address as the library words it
    LOG = "log"  # the delivery log alone


# Messages a minute where the file does not say; WeCom and DingTalk take twenty from a robot, Feishu a hundred.
RATES: Mapping[ChannelKind, int | None] = MappingProxyType(
    {
        ChannelKind.WEBHOOK: None,
        ChannelKind.WECOM: 20,
        ChannelKind.DINGTALK: 20,
        ChannelKind.FEISHU: 100,
        ChannelKind.APPRISE: 20,
        ChannelKind.LOG: None,
    }
)
SIGNED = frozenset({ChannelKind.DINGTALK, ChannelKind.FEISHU})  # robots that check a signature, made with a secret
CHANNEL = ("kind", "url", "url_file", "secret", "secret_file", "signed", "rate")
# Schemes of the library whose services answer 200 and say no in the body, which it does not read.
HAVE_OWN_KIND: Mapping[str, ChannelKind] = MappingProxyType(
    {
        "dingtalk": ChannelKind.DINGTALK,
        "feishu": ChannelKind.FEISHU,
        "lark": ChannelKind.FEISHU,
        "wecombot": ChannelKind.WECOM,
    }
)


class Channel(Model):
    """One way to tell people. `url` may hold a token, `secret` signs; `rate` is messages a minute, None for any number."""

    name: str
    kind: ChannelKind
    url: SecretStr | None = None
    secret: SecretStr | None = None
    rate: int | None = None


class Recipients(Model):
    """Every receiver with the names of its channels; `link` is the address that notices point to."""

    link: str = ""
    receivers: Mapping[str, tuple[str, ...]]
    channels: Mapping[str, Channel]

    @property
    def departments(self) -> tuple[str, ...]:
        """The receivers that are departments: all offices, and those joint desks that the file names."""
        return tuple(name for name in DEPARTMENTS if name in self.receivers)

    def told(self, department: str) -> tuple[str, ...]:
        """Return the departments that receive an alert of this one; none where it is not in the register."""
        told = told_for(department)
        return tuple(name for name in self.departments if name in told)


class RecipientsError(FileError):
    """The file of recipients cannot be used: for each thing wrong its line, its field and the rule."""


class _Named(NamedTuple):
    """The parts of the file that name channels."""

    dead_man: tuple[str, ...]
    operators: tuple[str, ...]
    supervisors: tuple[str, ...]
    departments: Mapping[str, tuple[str, ...]]

    def receivers(self) -> dict[str, tuple[str, ...]]:
        """Return who receives: a joint desk where it is named, else its members; once is enough."""
        offices = {
            one.id: self.departments.get(one.id) or self.departments.get(DEFAULT, ())
            for one in DEPARTMENTS.values()
            if one.id in self.departments or not one.members
        }
        return {DEAD_MAN: self.dead_man, OPERATORS: self.operators, SUPERVISORS: self.supervisors, **offices}


def default() -> Recipients:
    """Return what holds where no file is set: all alerts go to the delivery log, and nowhere else."""
    log = ("log",)
    receivers = _Named(log, log, log, {DEFAULT: log}).receivers()
    return Recipients(receivers=receivers, channels={"log": Channel(name="log", kind=ChannelKind.LOG)})


def chosen(path: Path | None) -> Recipients:
    """Say what the setting `recipients_file` names."""
    return default() if path is None else load(path)


def load(path: Path) -> Recipients:
    """Say what the file says, with the secrets that it names by `url_file`; RecipientsError with all that is wrong."""
    try:
        root = compose(path)
    except FileError as error:
        raise RecipientsError(path, error.wrong) from None
    reader = _Recipients(path.parent)
    found = reader.file(root)
    if reader.wrong:
        raise RecipientsError(path, reader.wrong)
    return found


class _Recipients(Reader):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._defined: Mapping[str, YamlEntry] = {}
        self._used: set[str] = set()

    def file(self, root: yaml.Node | None) -> Recipients:
        if root is None:
            self.refuse(1, "file", "is empty", "empty")
            return default()
        parts = self.mapping(root, "", known=PARTS, needed=PARTS[1:])
        link = self._link(parts["link"].node) if "link" in parts else ""
        if "channels" in parts:
            self._defined = self.mapping(parts["channels"].node, "channels")
        channels = {name: self._channel(entry) for name, entry in self._defined.items()}
        dead_man, operators, supervisors = (self._told(parts.get(part), part) for part in PARTS[2:5])
        named = _Named(dead_man, operators, supervisors, self._departments(parts.get("departments")))
        for name, entry in self._defined.items():
            if name not in self._used:
                self.refuse(entry.line, f"channels.{name}", "nobody is told by it", "unused")
        return Recipients(link=link, receivers=named.receivers(), channels=channels)

    def _link(self, node: yaml.Node) -> str:
        text = self.text(node, "link")
        if text and not is_http(text):
            self.refuse(node, "link", "must begin with https:// or http:// and a host", "bad-url")
        return text.rstrip("/")

    def _told(self, entry: YamlEntry | None, field: str) -> tuple[str, ...]:
        names = self.names(entry.node, field) if entry else ()
        for each in names:
            self._used.add(each.name)
            if each.name not in self._defined:
                self.refuse(each.line, field, "names a channel that `channels` does not have", "unknown-channel")
        return tuple(each.name for each in names)

    def _departments(self, entry: YamlEntry | None) -> Mapping[str, tuple[str, ...]]:
        if entry is None:
            return {}
        parts = self.mapping(entry.node, "departments")
        for name, part in parts.items():
            if name != DEFAULT and name not in DEPARTMENTS:
                self.refuse(part.line, f"departments.{name}", "is not a department's id", "unknown-department")
        untold = [one.id for one in DEPARTMENTS.values() if not one.members and one.id not in parts]
        if parts and untold and DEFAULT not in parts:
            self.refuse(entry.line, "departments.default", f"is missing, and {untold[0]} is not named", "missing")
        return {name: self._told(part, f"departments.{name}") for name, part in parts.items()}

    def _channel(self, entry: YamlEntry) -> Channel:
        field = f"channels.{entry.name}"
        if not NAME.fullmatch(entry.name):
            self.refuse(entry.line, field, "a name has small letters, digits and hyphens, 40 at most", "bad-name")
        parts = self.mapping(entry.node, field, known=CHANNEL, needed=("kind",))
        kind = self._kind(parts["kind"].node, f"{field}.kind") if "kind" in parts else None
        rate = self.number(parts["rate"].node, f"{field}.rate", HIGHEST_RATE) if "rate" in parts else None
        if kind is None:
            return Channel(name=entry.name, kind=ChannelKind.LOG)
        url = self._address(entry, parts, kind)
        secret = self._signing(entry, parts, kind)
        return Channel(name=entry.name, kind=kind, url=url, secret=secret, rate=rate or RATES[kind])

    def _kind(self, node: yaml.Node, field: str) -> ChannelKind | None:
        text = self.text(node, field)
        if text and text not in set(ChannelKind):
            self.refuse(node, field, f"must be one of {', '.join(ChannelKind)}", "not-a-choice")
        return ChannelKind(text) if text in set(ChannelKind) else None

    def _address(self, entry: YamlEntry, parts: Mapping[str, YamlEntry], kind: ChannelKind) -> SecretStr | None:
        field = f"channels.{entry.name}"
        if kind is ChannelKind.LOG:
            for one in (parts[name] for name in ("url", "url_file", "rate") if name in parts):
                self.refuse(one.line, f"{field}.{one.name}", "a log has none", "not-for-kind")
            return None
        found = self._either(entry, parts, "url")
        if found is None:
            return None
        one, text = found
        inner = f"{field}.{one.name}"
        if kind is ChannelKind.APPRISE:
            own = HAVE_OWN_KIND.get(text.partition("://")[0].lower())
            if own is not None:
                self.refuse(one.node, inner, f"is a robot's, whose answer only `kind: {own}` reads", "own-kind")
            elif Apprise.instantiate(text, suppress_exceptions=True) is None:
                self.refuse(one.node, inner, "is no address that apprise knows", "bad-url")
        elif not is_http(text):
            self.refuse(one.node, inner, "must begin with https:// or http:// and a host", "bad-url")
        return SecretStr(text)

    def _signing(self, entry: YamlEntry, parts: Mapping[str, YamlEntry], kind: ChannelKind) -> SecretStr | None:
        """The secret with which a robot is signed for; `signed: false` says that this one asks for no signature."""
        field = f"channels.{entry.name}"
        given = [parts[name] for name in ("secret", "secret_file", "signed") if name in parts]
        if kind not in SIGNED:
            for one in given:
                self.refuse(
                    one.line, f"{field}.{one.name}", "only robots of DingTalk and Feishu are signed for", "not-for-kind"
                )
            return None
        if "signed" in parts and not self.flag(parts["signed"].node, f"{field}.signed"):
            for one in given:
                if one.name != "signed":
                    self.refuse(one.line, f"{field}.{one.name}", "stands beside `signed: false`", "contradiction")
            return None
        found = self._either(entry, parts, "secret")
        return None if found is None else SecretStr(found[1])

    def _either(self, entry: YamlEntry, parts: Mapping[str, YamlEntry], name: str) -> tuple[YamlEntry, str] | None:
        """A text that stands in the file itself, or in another one that `..._file` names."""
        field = f"channels.{entry.name}"
        given = [parts[one] for one in (name, f"{name}_file") if one in parts]
        if len(given) != 1:
            rule = "missing" if not given else "contradiction"
            self.refuse(
                entry.line, f"{field}.{name}", f"either `{name}` or `{name}_file` must be there, not both", rule
            )
            return None
        one = given[0]
        inner = f"{field}.{one.name}"
        text = self.text(one.node, inner)
        if text and one.name == f"{name}_file":
            text = self._secret(one, inner, self._folder / text)
        return (one, text) if text else None

    def _secret(self, one: YamlEntry, field: str, file: Path) -> str:
        try:
            text = file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            text = ""
        if not text:
            self.refuse(one.node, field, "names a file that cannot be read, or is empty", "unreadable")
        return text


def is_http(text: str) -> bool:
    """Tell whether it is an address that can be posted to."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and text.split() == [text]
    except ValueError:
        return False
