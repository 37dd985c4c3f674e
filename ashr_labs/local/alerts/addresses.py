"""Public addresses, to which webhooks may be delivered. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

__all__ = ["is_public"]

_NAT64: Final = IPv6Network("64:ff9b::/96")
_DEPRECATED: Final = IPv6Network("::/96")
"""IPv4-compatible addresses."""


def is_public(text: str) -> bool:
    """Return True if an address is neither of this machine nor of a private network.

    An IPv6 address that embeds an IPv4 address is public if the embedded one is.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    embedded = _embedded(address) if isinstance(address, IPv6Address) else None
    if embedded is not None:
        return _is_global(embedded)
    return _is_global(address)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64 or address in _DEPRECATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved
