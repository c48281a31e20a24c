"""The parts of URLs as the core takes them, which is less strict than Python."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def parts_of(url: str) -> SplitResult:
    """Returns the parts of a URL, with brackets in its user and password encoded, which Python takes for those of an IPv6 address.

    >>> parts_of("postgresql://ann:a[b@[::1]/shop").netloc
    'ann:a%5Bb@[::1]'
    """
    scheme, slashes, rest = url.partition("://")
    place = min((at for sign in "/?#" if (at := rest.find(sign)) >= 0), default=len(rest))
    user, mark, host = rest[:place].rpartition("@")
    user = user.replace("[", "%5B").replace("]", "%5D")
    return urlsplit(f"{scheme}{slashes}{user}{mark}{host}{rest[place:]}")
