"""Files from an address that a person typed: https only, and never from inside this network.

A server that fetches what others tell it to can be led to machines that only it may reach. So the
address that is connected to is looked up once, must be public, and is the one that is used; each
redirect passes the same gate.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from piximi_core.errors import BadInput, NotFound, Stopped
from piximi_core.messages import Message
from piximi_core.offline import require_network
from piximi_core.project.files import disk_errors_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Fetcher", "is_public", "require_web_address"]

_REDIRECTS = 5
_SILENT_SECONDS = 20.0
_CHUNK = 1 << 16
_MOVED = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({401, 403, 404, 410})
_LONGEST = 2000


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also when it wraps another.

    Examples
    --------
    >>> is_public("8.8.8.8"), is_public("10.1.2.3"), is_public("::ffff:127.0.0.1")
    (True, False, False)
    """
    try:
        outer = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    wrapped: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = [outer]
    if isinstance(outer, ipaddress.IPv6Address):
        inner = [outer.ipv4_mapped, outer.sixtofour, *(outer.teredo or ())]
        wrapped += [found for found in inner if found is not None]
    return all(
        found.is_global and not found.is_multicast and not found.is_reserved for found in wrapped
    )


def require_web_address(address: str) -> str:
    """Return the name of the machine that an address leads to.

    Raises
    ------
    BadInput
        It is no https address, or carries a password.
    """
    return str(_split(address).hostname)


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address.strip())
        port_is_a_number = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_a_number = SplitResult("", "", "", "", ""), False
    if len(address) > _LONGEST or not parts.hostname or not port_is_a_number:
        raise BadInput(
            "{address!r} is no address of a web page; it begins with https://.",
            address=address[:80],
        )
    if parts.scheme != "https":
        raise BadInput(
            "Only addresses that begin with https:// are fetched, not {scheme}://.",
            scheme=parts.scheme[:20],
        )
    if parts.username is not None or parts.password is not None:
        raise BadInput("An address with a name or password in it is not fetched; leave them out.")
    return parts


class Fetcher:
    """Fetches several files, within one limit of bytes and one of time.

    Parameters
    ----------
    purpose
        What for, as `require_network` wants it.
    most_bytes
        Of all files together.
    seconds
        For all files together.
    context
        The certificates that are trusted; those of the system by default.
    """

    def __init__(
        self,
        purpose: str,
        *,
        most_bytes: int,
        seconds: float,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._purpose, self._left = purpose, most_bytes
        self._seconds, self._end = seconds, time.monotonic() + seconds
        self._context = context or ssl.create_default_context()

    def fetch(self, address: str, target: Path, *, most_bytes: int | None = None) -> str:
        """Write what lies at an address to a file; return the address after all redirects.

        It ends early when the file is deleted meanwhile: nobody wants it any more.

        Raises
        ------
        BadInput
            The address is not public, does not answer, or what lies there is too large.
        NotFound
            The other side says that there is nothing, or not for everyone.
        Offline
            ``PIXIMI_OFFLINE=1`` is set.
        Stopped
            The file was deleted.
        """
        limit = min(self._left, most_bytes or self._left)
        for _ in range(_REDIRECTS + 1):
            require_network(self._purpose)
            moved = self._one(address, target, limit)
            if moved is None:
                return address
            address = urljoin(address, moved)
        raise BadInput(
            "{host} redirects more than {redirects} times; check it.",
            host=_host(address),
            redirects=_REDIRECTS,
        )

    def _one(self, address: str, target: Path, limit: int) -> str | None:
        """Fetch one address; return where it sends us instead, if it does."""
        parts = _split(address)
        with _in_words(parts, self._seconds, self._remaining), self._connected(parts) as link:
            path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
            query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
            headers = {"Accept-Encoding": "identity", "User-Agent": "piximi-dashboard"}
            link.request("GET", f"{path}?{query}" if query else path, headers=headers)
            response = link.getresponse()
            if response.status in _MOVED:
                return response.getheader("Location") or ""
            _check(response, parts, limit)
            with disk_errors_in_words(target), target.open("wb") as file:
                self._left -= _copy(response, target, file, limit, parts)
            if self._remaining() <= 0:
                # A connection that was cut looks like one that ended.
                raise TimeoutError
            return None

    def _remaining(self) -> float:
        return self._end - time.monotonic()

    @contextmanager
    def _connected(self, parts: SplitResult) -> Iterator[http.client.HTTPSConnection]:
        """Give a connection to a checked address that is cut when the time is over."""
        left = self._remaining()
        if left <= 0:
            raise TimeoutError
        host, port = str(parts.hostname), parts.port or 443
        link = _Pinned(
            host, port, _address_of(host, port), min(_SILENT_SECONDS, left), self._context
        )
        watchdog = threading.Timer(left, link.cut)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield link
        finally:
            watchdog.cancel()
            link.close()


class _Pinned(http.client.HTTPSConnection):
    """A connection to one IP address, for a name that its certificate must carry."""

    def __init__(
        self, host: str, port: int, address: str, timeout: float, context: ssl.SSLContext
    ) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._pinned, self._trusted = address, context

    def connect(self) -> None:
        # The name is not looked up again: a second answer could lead elsewhere.
        plain = socket.create_connection((self._pinned, self.port), self.timeout)
        try:
            if not is_public(plain.getpeername()[0]):
                raise _not_public(self.host)
            secure = self._trusted.wrap_socket(
                plain, server_hostname=self.host, do_handshake_on_connect=False
            )
        except BaseException:
            plain.close()
            raise
        # Known before it is shaken, so that a slow handshake can be cut as well.
        self.sock = secure
        secure.do_handshake()

    def cut(self) -> None:
        """End whatever waits for the other side."""
        if self.sock is not None:
            with suppress(OSError):  # it has ended by itself
                self.sock.shutdown(socket.SHUT_RDWR)


def _address_of(host: str, port: int) -> str:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(map(is_public, addresses)):
        raise _not_public(host)
    return addresses[0]


def _not_public(host: str) -> BadInput:
    return BadInput(
        "{host} is not a public address of the internet, so nothing was fetched from it;"
        " download the files and give them instead.",
        host=host[:80],
    )


def _host(address: str) -> str:
    return str(urlsplit(address).hostname)[:80]


@contextmanager
def _in_words(parts: SplitResult, seconds: float, remaining: Callable[[], float]) -> Iterator[None]:
    """Say in one sentence why the other side could not be reached."""
    host = str(parts.hostname)[:80]
    try:
        yield
    except socket.gaierror:
        raise BadInput("There is no machine {host}; check the address.", host=host) from None
    except UnicodeError:
        raise BadInput("{host!r} is no name of a machine; check the address.", host=host) from None
    except (http.client.HTTPException, OSError) as error:
        if remaining() <= 0:
            text = Message(
                "{host} did not send everything within {seconds:.0f} seconds.",
                host=host,
                seconds=seconds,
            )
        elif isinstance(error, ssl.SSLCertVerificationError):
            text = Message(
                "{host} could not prove who it is ({reason}).",
                host=host,
                reason=error.verify_message,
            )
        else:
            text = Message(
                "{host} did not answer as a web server does ({sort}).",
                host=host,
                sort=type(error).__name__,
            )
        raise BadInput(
            "{text} Try again, or download the files and give them instead.", text=text
        ) from None


def _check(response: http.client.HTTPResponse, parts: SplitResult, limit: int) -> None:
    host, path = str(parts.hostname)[:80], parts.path[-80:]
    if response.status in _GONE:
        raise NotFound(
            "{host} gives no file {path} ({status}); check the address.",
            host=host,
            path=path,
            status=response.status,
        )
    if response.status != 200:
        raise BadInput(
            "{host} answered {status} to {path}; try again later.",
            host=host,
            status=response.status,
            path=path,
        )
    if response.getheader("Content-Encoding", "identity").lower() != "identity":
        raise BadInput(
            "{host} sends {path} packed, although it was asked not to.", host=host, path=path
        )
    length = response.getheader("Content-Length", "")
    if length.isdecimal() and int(length) > limit:
        raise _too_large(host, limit)


def _too_large(host: str, limit: int) -> BadInput:
    return BadInput(
        "What {host} sends has more than {limit_mb:,.0f} MiB, too much for a classifier;"
        " nothing was kept.",
        host=host,
        limit_mb=limit / 2**20,
    )


def _copy(
    response: http.client.HTTPResponse,
    target: Path,
    file: IO[bytes],
    limit: int,
    parts: SplitResult,
) -> int:
    done = 0
    while chunk := response.read(_CHUNK):
        if not target.exists():
            raise Stopped("Stopped.")
        done += len(chunk)
        if done > limit:
            raise _too_large(str(parts.hostname)[:80], limit)
        file.write(chunk)
    declared = response.getheader("Content-Length", "")
    if declared.isdecimal() and int(declared) != done:
        raise http.client.IncompleteRead(b"")
    return done
