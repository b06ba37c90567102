"""Nothing is fetched from inside this network, whatever address, name or redirect say."""

from __future__ import annotations

import contextlib
import datetime
import http.server
import ipaddress
import json
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from piximi_core import downloads
from piximi_core.downloads import Fetcher, is_public, require_web_address
from piximi_core.errors import BadInput, NotFound, Stopped
from piximi_core.offline import Offline
from piximi_core.services.classifiers.fetch_model import fetch_classifier
from tests.formats.checker_cases import document, encoded, weight_bytes

NAME = "models.example"
Answers = dict[str, "bytes | tuple[int, dict[str, str], bytes] | Callable[[Any], None]"]


def fetcher(**more: Any) -> Fetcher:
    return Fetcher("a test", **{"most_bytes": 10**6, "seconds": 20.0, **more})


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::a00:1",
        "not an address",
    ],
)
def test_inner_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111"])
def test_outer_addresses_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/model.json",
        "https://2130706433/model.json",
        "https://[::1]/model.json",
        "https://localhost:8501/model.json",
        "https://0x7f.1/model.json",
    ],
)
def test_this_machine_is_refused_however_it_is_written(address: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not a public address"):
        fetcher().fetch(address, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    [
        "http://models.example/",
        "file:///etc/passwd",
        "ftp://models.example/",
        "https://user:secret@models.example/",
        "https://",
        "https://a:0/",
        "https://[half",
        "models.example",
        "https://models.example/" + "x" * 3000,
    ],
)
def test_only_plain_https_is_taken(address: str) -> None:
    with pytest.raises(BadInput):
        require_web_address(address)


def test_one_inner_address_among_several_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: resolved("8.8.8.8", "10.0.0.7"))
    with pytest.raises(BadInput, match="not a public address"):
        fetcher().fetch(f"https://{NAME}/", tmp_path / "x")


def resolved(*addresses: str) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]


def test_offline_means_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXIMI_OFFLINE", "1")
    with pytest.raises(Offline, match="fetching a classifier"):
        fetch_classifier(f"https://{NAME}/model.json", tmp_path)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for the made-up name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(secret + built.public_bytes(serialization.Encoding.PEM))
    return path


class Server:
    """A web server of this machine that goes by the made-up name."""

    def __init__(self, port: int, certificate: Path) -> None:
        self.port, self.answers, self.asked = port, {}, []
        self.trust = ssl.create_default_context(cafile=str(certificate))

    def address(self, path: str) -> str:
        return f"https://{NAME}:{self.port}{path}"

    def fetcher(self, **more: Any) -> Fetcher:
        return fetcher(context=self.trust, **more)


@pytest.fixture
def server(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append(self.path)
            found = known.answers.get(self.path, (404, {}, b"nothing"))
            if callable(found):
                found(self)
                return
            status, headers, body = (200, {}, found) if isinstance(found, bytes) else found
            self.send_response(status)
            for key, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Keep requests off the test's output."""

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up is what some tests want."""

    with Quiet(("127.0.0.1", 0), Handler) as web:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        web.socket = context.wrap_socket(web.socket, server_side=True)
        known = Server(web.server_address[1], certificate)
        threading.Thread(target=web.serve_forever, args=(0.01,), daemon=True).start()
        lookup = socket.getaddrinfo

        def by_name(host: Any, *rest: Any, **more: Any) -> Any:
            return lookup("127.0.0.1" if host == NAME else host, *rest, **more)

        monkeypatch.setattr(socket, "getaddrinfo", by_name)
        # For these tests this machine alone counts as outside.
        monkeypatch.setattr(
            downloads, "is_public", lambda address: ipaddress.ip_address(address).is_loopback
        )
        yield known
        web.shutdown()


def test_a_folder_is_fetched_with_shards_and_names(server: Server, tmp_path: Path) -> None:
    changed = document()
    changed["weightsManifest"][0]["paths"] = ["./cells-1.bin", "cells 2.bin"]
    server.answers = {
        "/pets/model.json?key=7": encoded(changed),
        "/pets/cells-1.bin?key=7": weight_bytes()[:100],
        "/pets/cells%202.bin?key=7": weight_bytes()[100:],
        "/pets/metadata.json?key=7": json.dumps({"labels": ["a", "b", "c"]}).encode(),
    }
    address = server.address("/pets/?key=7")
    paths = fetch_classifier(address, tmp_path, fetcher=server.fetcher())
    assert [path.name for path in paths] == [
        "model.json",
        "cells-1.bin",
        "cells 2.bin",
        "metadata.json",
    ]
    assert b"".join(path.read_bytes() for path in paths[1:3]) == weight_bytes()


def test_a_zip_is_fetched_and_a_page_instead_of_names_is_no_matter(
    server: Server, tmp_path: Path
) -> None:
    server.answers = {
        "/x.zip": b"PK",
        "/model.json": encoded(document()),
        "/cells.weights.bin": weight_bytes(),
        "/metadata.json": b"<html>not here</html>",
    }
    found = fetch_classifier(server.address("/x.zip"), tmp_path, fetcher=server.fetcher())
    assert [path.read_bytes() for path in found] == [b"PK"]
    found = fetch_classifier(server.address("/model.json"), tmp_path, fetcher=server.fetcher())
    assert [path.name for path in found] == ["model.json", "cells.weights.bin"]
    assert not (tmp_path / "metadata.json").exists()


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("https://10.1.2.3/model.json", "10.1.2.3 is not a public"),
        ("https://169.254.169.254/latest/", "169.254.169.254 is not a public"),
        ("http://models.example/model.json", "https://"),
        ("file:///etc/passwd", "https://"),
        ("/again", "redirects more than"),
    ],
)
def test_redirects_pass_the_same_gate(
    server: Server, tmp_path: Path, target: str, words: str
) -> None:
    moved = (302, {"Location": target}, b"")
    server.answers = {"/start": moved, "/again": moved}
    with pytest.raises(BadInput, match=words):
        server.fetcher().fetch(server.address("/start"), tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_that_is_allowed_leads_on(server: Server, tmp_path: Path) -> None:
    server.answers = {"/a": (301, {"Location": "/b/c"}, b""), "/b/c": b"here"}
    end = server.fetcher().fetch(server.address("/a"), tmp_path / "x")
    assert (end, (tmp_path / "x").read_bytes()) == (server.address("/b/c"), b"here")


def test_the_address_that_was_checked_is_the_one_that_is_used(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    lookup = socket.getaddrinfo

    def changing(host: Any, *rest: Any, **more: Any) -> Any:
        if host == NAME:
            asked.append(host)
        return lookup("127.0.0.1" if len(asked) < 2 else "10.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    server.answers = {"/x": b"x"}
    server.fetcher().fetch(server.address("/x"), tmp_path / "x")
    assert asked == [NAME]


def endless(handler: Any) -> None:
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(bytes(2**16))


def dripping(handler: Any) -> None:
    over = threading.Event()
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not over.wait(0.05):
            handler.wfile.write(b"x")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, {"Content-Length": str(10**9)}, b"x"), "more than 1 MiB"),
        (endless, "more than 1 MiB"),
        ((200, {"Content-Length": "50"}, b"short"), "did not answer"),
        ((200, {"Content-Encoding": "gzip"}, b"x"), "packed"),
        ((500, {}, b"x"), "500"),
        (dripping, "within 1 seconds"),
    ],
)
def test_what_does_not_end_well_ends_in_one_sentence(
    server: Server, tmp_path: Path, answer: Any, words: str
) -> None:
    server.answers = {"/x": answer}
    seconds = 1.0 if answer is dripping else 20.0
    with pytest.raises(BadInput, match=words):
        server.fetcher(seconds=seconds).fetch(server.address("/x"), tmp_path / "x")


def test_what_is_not_there_is_not_found(server: Server, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="404"):
        server.fetcher().fetch(server.address("/gone"), tmp_path / "x")


def test_a_machine_that_is_not_who_it_says_is_refused(server: Server, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="could not prove"):
        fetcher().fetch(server.address("/x"), tmp_path / "x")
    assert server.asked == []


@pytest.mark.parametrize("name", ["..", "a/..", "model.json", ".hidden", "a\\b", "x" * 300])
def test_weights_are_never_written_elsewhere(server: Server, tmp_path: Path, name: str) -> None:
    changed = document()
    changed["weightsManifest"][0]["paths"] = [name]
    server.answers = {"/model.json": encoded(changed)}
    with pytest.raises(BadInput, match="which is no name"):
        fetch_classifier(server.address("/model.json"), tmp_path, fetcher=server.fetcher())
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]


def test_it_ends_when_nobody_wants_the_file_any_more(server: Server, tmp_path: Path) -> None:
    """The page deletes the folder when its Stop is pressed; half a file is no file either way."""
    folder = tmp_path / "given"
    folder.mkdir()

    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(bytes(1 << 16))
        while not (folder / "classifier.zip").exists():
            threading.Event().wait(0.01)
        shutil.rmtree(folder)
        with contextlib.suppress(OSError):
            handler.wfile.write(bytes(1 << 18))

    server.answers = {"/x.zip": answer}
    with pytest.raises(Stopped):
        fetch_classifier(server.address("/x.zip"), folder, fetcher=server.fetcher())
    assert not folder.exists()
