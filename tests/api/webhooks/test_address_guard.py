"""Where a webhook may go, whoever names the address (C-35)."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.webhooks.address_guard import AddressGuard, ForbiddenAddress, Rules, Target, is_public, resolve

PUBLIC = "93.184.215.14"
NAME = "hooks.example.com"


def guard(*answers: str, **rules: object) -> AddressGuard:
    """A guard for which every name has these addresses."""

    async def resolved(host: str, port: int) -> list[str]:
        return list(answers)

    return AddressGuard(Rules(**rules), resolved)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://hooks.example.com/", "not-https"),
        ("ftp://hooks.example.com/", "not-https"),
        ("file:///etc/passwd", "not-https"),
        ("gopher://127.0.0.1:70/_x", "not-https"),
        ("https://127.0.0.1/", "address-not-public"),
        ("https://10.0.0.8/", "address-not-public"),
        ("https://172.16.3.4/", "address-not-public"),
        ("https://192.168.1.1/", "address-not-public"),
        ("https://169.254.169.254/latest/meta-data/", "address-not-public"),
        ("https://100.64.0.1/", "address-not-public"),
        ("https://100.100.100.200/latest/meta-data/", "address-not-public"),
        ("https://0.0.0.0/", "address-not-public"),
        ("https://224.0.0.1/", "address-not-public"),
        ("https://255.255.255.255/", "address-not-public"),
        ("https://[::1]/", "address-not-public"),
        ("https://[::]/", "address-not-public"),
        ("https://[fe80::1]/", "address-not-public"),
        ("https://[fc00::1]/", "address-not-public"),
        ("https://[fec0::1]/", "address-not-public"),
        ("https://[ff02::1]/", "address-not-public"),
        ("https://[::ffff:127.0.0.1]/", "address-not-public"),
        ("https://[::ffff:a9fe:a9fe]/", "address-not-public"),
        ("https://[::127.0.0.1]/", "address-not-public"),
        ("https://[2002:7f00:1::]/", "address-not-public"),
        ("https://[64:ff9b::7f00:1]/", "address-not-public"),
        ("https://[2001:0:7f00:1::]/", "address-not-public"),
        ("https://user:secret@hooks.example.com/", "with-credentials"),
        ("https://hooks.example.com@127.0.0.1/", "with-credentials"),
        ("https://hooks.example.com:8443/", "port-not-allowed"),
        ("https://hooks.example.com:22/", "port-not-allowed"),
        ("https://hooks.example.com:99999/", "not-a-url"),
        ("https://hooks.example.com\\@127.0.0.1/", "not-a-url"),
        ("https://hooks.example.com/\r\nHost: inside", "not-a-url"),
        ("https://hooks.example.com /", "not-a-url"),
        ("https://[fe80::1%25eth0]/", "not-a-host"),
        ("https://ⓔxample.com/", "not-a-host"),
        ("https:///nowhere", "not-a-host"),
        ("https://hooks.example.com/#part", "with-fragment"),
        ("https://" + "a" * 600, "not-a-url"),
    ],
)
async def test_c_35_an_address_that_is_not_public_https_is_refused(url: str, rule: str) -> None:
    with pytest.raises(ForbiddenAddress, match=f"^{rule}$"):
        await guard(PUBLIC).target(url)


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.1.1", "::1", "::ffff:10.0.0.1", "fd00::5", "fe80::1%eth0"],
)
async def test_a_name_that_resolves_inside_is_refused_also_beside_a_public_address(inside: str) -> None:
    for answers in ((inside,), (PUBLIC, inside), (inside, PUBLIC)):
        with pytest.raises(ForbiddenAddress, match=r"^address-not-public$"):
            await guard(*answers).target(f"https://{NAME}/")


@pytest.mark.parametrize("written", ["2130706433", "0x7f.1", "017700000001", "127.1", "localhost"])
async def test_loopback_in_another_notation_is_found_where_it_is_looked_up(written: str) -> None:
    with pytest.raises((ForbiddenAddress, OSError)):
        await AddressGuard(Rules(), resolve).target(f"https://{written}/")


async def test_c_35_the_connection_goes_to_the_address_that_was_checked() -> None:
    """Rebinding: a name whose second answer is 127.0.0.1 is asked once, and connected to as it was then."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    async def rebinding(host: str, port: int) -> list[str]:
        return next(answers)

    guarded = AddressGuard(Rules(), rebinding)
    target = await guarded.target(f"https://{NAME}/hook?a=1")
    assert target == Target("https", NAME, PUBLIC, 443, "/hook?a=1")
    assert target.pinned_url == f"https://{PUBLIC}:443/hook?a=1"
    assert target.authority == NAME
    with pytest.raises(ForbiddenAddress):
        await guarded.target(f"https://{NAME}/hook?a=1")


async def test_of_hosts_that_are_listed_no_other_is_reached() -> None:
    listed = guard(PUBLIC, hosts=(NAME,), ports=(443, 8443))
    assert (await listed.target(f"https://{NAME}:8443/")).authority == f"{NAME}:8443"
    for other in ("other.example.com", f"{NAME}.evil.example", f"evil{NAME}", PUBLIC):
        with pytest.raises(ForbiddenAddress, match=r"^host-not-allowed$"):
            await listed.target(f"https://{other}/")


async def test_this_machine_is_reached_only_where_that_is_set() -> None:
    local = guard("127.0.0.1", loopback=True)
    assert (await local.target("http://127.0.0.1:9999/x")).pinned_url == "http://127.0.0.1:9999/x"
    for url in ("http://hooks.example.com/", "http://10.0.0.1/", "https://10.0.0.1/"):
        with pytest.raises(ForbiddenAddress):
            await local.target(url)


async def test_a_name_without_an_address_is_no_place() -> None:
    with pytest.raises(OSError, match="no address"):
        await guard().target(f"https://{NAME}/")


@given(st.ip_addresses())
def test_what_is_public_is_global_and_no_carrier_of_what_is_not(address: object) -> None:
    one = ip_address(str(address))
    if is_public(one):
        assert one.is_global
        assert not one.is_private
        assert not one.is_multicast
