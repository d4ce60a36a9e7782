"""Where a webhook may go: https, to a public address, looked up once and connected to as it was found.

Who may name an address could else make this server ask its own network (SSRF): a name is checked by what it resolves to,
and the connection is made to that very address, since a second look might answer another.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

LONGEST_URL = 500
HTTPS_PORT, HTTP_PORT = 443, 80
# Addresses that carry another one within, which a gateway would unpack: 6to4, Teredo, NAT64, IPv4-compatible.
CARRIERS = tuple(map(ip_network, ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
BLANKS = frozenset(map(chr, range(0x21))) | {"\x7f", "\\"}

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]


class ForbiddenAddress(ValueError):
    """A webhook may not go there; its text is the rule's code."""


class Rules(NamedTuple):
    """What of addresses is allowed. `hosts`: these names alone; none given: any. `loopback`: this machine, also by http."""

    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] = (HTTPS_PORT,)
    loopback: bool = False


class Target(NamedTuple):
    """Where to connect: the address that was checked, and the name that is asked there."""

    scheme: str
    host: str
    address: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The name as the header Host says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = HTTPS_PORT if self.scheme == "https" else HTTP_PORT
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def pinned_url(self) -> str:
        """The URL with the address in place of the name."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{address}:{self.port}{self.path}"


async def resolve(host: str, port: int) -> list[str]:
    """Look a name up as the system does; OSError where it has no address."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class AddressGuard:
    """Checks addresses of webhooks."""

    def __init__(self, rules: Rules, resolve: Resolve = resolve) -> None:
        self._rules = rules
        self._resolve = resolve

    def check_form(self, url: str) -> SplitResult:
        """Return the parts of a URL that may be one of a webhook, whatever its name resolves to; else ForbiddenAddress."""
        parts = _parts(url)
        host = parts.hostname or ""
        if parts.scheme != "https" and not (parts.scheme == "http" and self._rules.loopback):
            raise ForbiddenAddress("not-https")
        if parts.username is not None or parts.password is not None:
            raise ForbiddenAddress("with-credentials")
        if not host or not host.isascii() or "%" in host:
            raise ForbiddenAddress("not-a-host")
        if parts.fragment:
            raise ForbiddenAddress("with-fragment")
        if self._rules.hosts and host not in self._rules.hosts:
            raise ForbiddenAddress("host-not-allowed")
        literal = _literal(host)
        local = self._rules.loopback and (host == "localhost" or (literal is not None and literal.is_loopback))
        if not local and _port(parts) not in self._rules.ports:
            raise ForbiddenAddress("port-not-allowed")
        if not local and parts.scheme != "https":
            raise ForbiddenAddress("not-https")
        if literal is not None:
            self._check(literal)
        return parts

    async def target(self, url: str) -> Target:
        """Look the name of a URL up, once, and return where to connect; ForbiddenAddress, or OSError where it has none."""
        parts = self.check_form(url)
        host, port = parts.hostname or "", _port(parts)
        found = [host] if _literal(host) is not None else await self._resolve(host, port)
        addresses = [ip_address(one.partition("%")[0]) for one in found]
        if not addresses:
            raise OSError("the name has no address")
        for address in addresses:  # a name with one address inside is not to be trusted with another one
            self._check(address)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(parts.scheme, host, str(addresses[0]), port, path)

    def _check(self, address: Address) -> None:
        if self._rules.loopback and address.is_loopback:
            return
        if not is_public(address):
            raise ForbiddenAddress("address-not-public")


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public network, and carries none that is not."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.is_site_local or any(address in carrier for carrier in CARRIERS):
            return False
    bad = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not bad


def _parts(url: str) -> SplitResult:
    if len(url) > LONGEST_URL or any(one in BLANKS for one in url):  # which readers of URLs read differently
        raise ForbiddenAddress("not-a-url")
    try:
        parts = urlsplit(url)
        _port(parts)
    except ValueError:
        raise ForbiddenAddress("not-a-url") from None
    return parts


def _port(parts: SplitResult) -> int:
    usual = HTTPS_PORT if parts.scheme == "https" else HTTP_PORT
    return usual if parts.port is None else parts.port


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
