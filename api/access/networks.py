"""Addresses: the networks that a credential may be used from, and whom one is counted as."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

MOST = 20  # networks of a credential
HOMES = 64  # bits of an IPv6 address that are one household's


class BadNetwork(ValueError):
    """A network is written 192.0.2.0/24 or 2001:db8::/32, without bits beyond its length; 20 at most."""


def written_networks(networks: Iterable[str]) -> tuple[str, ...]:
    """Return networks as they are kept; BadNetwork where one is none, or there are too many."""
    given = tuple(networks)
    if len(given) > MOST:
        raise BadNetwork(BadNetwork.__doc__)
    try:
        return tuple(str(ip_network(one)) for one in given)
    except ValueError:
        raise BadNetwork(BadNetwork.__doc__) from None


def lies_within(address: str | None, networks: tuple[str, ...]) -> bool:
    """Tell whether an address is in one of the networks; each is where none are named, and what is no address in none."""
    if not networks:
        return True
    try:
        found = ip_address(address or "")
    except ValueError:
        return False
    plain = found.ipv4_mapped if isinstance(found, IPv6Address) else None  # as a server that listens on IPv6 sees IPv4
    return any(found in network or (plain is not None and plain in network) for network in _read(networks))


def counted_as(address: str | None) -> str:
    """Say whose address it is: anybody with IPv6 has more than can be counted."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, HOMES), strict=False))
    return str(found)


@lru_cache(maxsize=1000)
def _read(networks: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(one) for one in networks)
