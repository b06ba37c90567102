"""One simulated person: what a browser with the Images page open sends, and how long it waits."""

from __future__ import annotations

import http.client
import json
import random
import secrets
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

__all__ = ["Person"]

_PATIENCE = 60.0  # seconds that anything is waited for
_THINKING = (0.6, 1.4)  # seconds from one label to the next
_PAGE = 10  # labels before the page is turned
_IN_SIGHT = 12  # thumbnails
# As in components/shared/follow.js and components/gallery/report.js.
_FOLLOW, _REST, _EASE, _SHARE, _LONGEST = 2.0, 0.6, 0.4, 12.0, 15.0


class Person:
    """Labels their share of a project's images, one after the other.

    Attributes
    ----------
    given
        The newest category by image.
    labels, turns, runs, first
        Milliseconds: until acknowledgements, turned pages, late drawings, and the first page.
    failure
        Why they could not go on; empty if they could.
    """

    def __init__(
        self, address: str, project: str, share: tuple[int, int], dice: random.Random
    ) -> None:
        self.address, self.project, self.share, self.dice = address, project, share, dice
        self.given: dict[str, str] = {}
        self.labels: list[float] = []
        self.turns: list[float] = []
        self.runs: list[float] = []
        self.first: list[float] = []
        self.failure = ""
        self._client, self._nonce, self._report = secrets.token_hex(12), 0, 0
        self._page: dict[str, Any] = {}  # what the gallery shows
        self._drawn: dict[str, Any] = {}  # what Streamlit drew last
        self._widget = self._fragment = self._script = ""
        self._arrived = threading.Event()
        self._asked: float | None = None
        self._free = self._acted = self._looked = 0.0

    def start(self, end: threading.Event) -> None:
        """Begin to work, until the event."""
        self._thread = threading.Thread(target=self._live, args=(end,), daemon=True)
        self._thread.start()

    def join(self, seconds: float) -> None:
        """Wait until they are done."""
        self._thread.join(seconds)
        if self._thread.is_alive():
            self.failure = self.failure or "something was waited for too long"

    def _live(self, end: threading.Event) -> None:
        place = urlsplit(self.address)
        self._http = http.client.HTTPConnection(place.netloc, timeout=_PATIENCE)
        try:
            with connect(  # type: ignore[call-overload]
                f"ws://{place.netloc}/_stcore/stream",
                origin=self.address,
                subprotocols=["streamlit"],
                max_size=None,
            ) as window:
                self._window = window
                threading.Thread(target=self._listen, args=(window,), daemon=True).start()
                time.sleep(self.dice.uniform(0, 2))
                self._open()
                self._work(end)
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"
        finally:
            self._http.close()

    def _work(self, end: threading.Event) -> None:
        labelled = 0
        while not end.is_set():
            self._wait(end, self.dice.uniform(*_THINKING))
            if labelled == _PAGE:
                labelled = 0
                self._turn()
            else:
                labelled += 1
                self._label()

    # ---- the page ----

    def _open(self) -> None:
        begun = time.monotonic()
        message = BackMsg()
        message.rerun_script.query_string = f"project={self.project}"
        message.rerun_script.page_name = "images"
        self._window.send(message.SerializeToString())
        self._await_drawing()
        self.first.append(1000 * (time.monotonic() - begun))
        self._page = self._drawn

    def _listen(self, window: ClientConnection) -> None:
        """Take the gallery out of what Streamlit draws."""
        for raw in window:
            message = ForwardMsg()
            message.ParseFromString(raw)
            if message.WhichOneof("type") == "navigation":
                self._script = message.navigation.page_script_hash
            if message.WhichOneof("type") != "delta":
                continue
            drawn = message.delta.new_element.bidi_component
            if not drawn.component_name.endswith("piximi_gallery"):
                continue
            self._widget, self._fragment = drawn.id, message.delta.fragment_id
            self._drawn = json.loads(drawn.json)
            self._arrived.set()

    def _await_drawing(self) -> None:
        if not self._arrived.wait(_PATIENCE):
            raise TimeoutError("the gallery was not drawn")
        self._arrived.clear()

    def _tell(self) -> None:
        """Let Streamlit draw what it draws."""
        self._asked = time.monotonic()
        self._arrived.clear()
        message = BackMsg()
        run = message.rerun_script
        run.query_string = f"project={self.project}"
        run.page_script_hash = self._script
        run.fragment_id = self._fragment
        state = run.widget_states.widgets.add()
        state.id = self._widget
        state.json_value = json.dumps({"selection": self._selection()})
        self._window.send(message.SerializeToString())

    def _along(self) -> dict[str, Any]:
        """Return what a browser says with every batch."""
        shown = {"shown": self._number(self._page), "page": self._page["page"]}
        return {"selection": self._selection(), **shown}

    def _selection(self) -> dict[str, Any]:
        self._report += 1
        version = self._page["selection"]["version"]
        return {"version": version, "ids": [], "wide": False, "report": self._report}

    # ---- what goes on while the person thinks ----

    def _wait(self, end: threading.Event, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until and not end.is_set():
            if self._asked is not None and self._arrived.is_set():
                self._arrived.clear()
                took = now - self._asked
                self.runs.append(1000 * took)
                later = min(_SHARE * max(0.0, took - _EASE), _LONGEST)
                self._asked, self._free = None, now + later
            if self._asked is not None and now - self._asked > _PATIENCE:
                raise TimeoutError("the page was not drawn again")
            behind = self._number(self._page) != self._number(self._drawn)
            due = max(self._acted + _REST, self._free)
            if self._asked is None and behind and now >= due:
                self._tell()
            if now - self._looked > _FOLLOW:
                self._looked = now
                self._follow()
            time.sleep(0.02)

    def _follow(self) -> None:
        found = self._ask("GET", self._page["revision"]["address"])
        if int(found) != self._number(self._page):
            self._send([])

    @staticmethod
    def _number(page: dict[str, Any]) -> int:
        return int(page["revision"]["number"])

    # ---- actions ----

    def _label(self) -> None:
        number, of = self.share
        mine = [item["id"] for n, item in enumerate(self._page["items"]) if n % of == number]
        chosen = self.dice.choice(mine)
        category = self.dice.choice(self._page["categories"][1:])["id"]
        action = {"type": "label", "ids": [chosen], "category": category}
        begun = time.monotonic()
        self._send([action])
        self.labels.append(1000 * (time.monotonic() - begun))
        self.given[chosen] = category
        self._acted = time.monotonic()

    def _turn(self) -> None:
        pages, here = self._page["pages"], self._page["page"]
        wanted = here % pages + 1
        begun = time.monotonic()
        self._send([{"type": "turn", "ids": [], "category": None, "page": wanted}])
        if self._page["page"] != wanted:
            raise RuntimeError(f"page {self._page['page']} came for {wanted}")
        for item in self._page["items"][:_IN_SIGHT]:
            self._ask("GET", item["thumb"])
        self.turns.append(1000 * (time.monotonic() - begun))

    def _send(self, actions: list[dict[str, Any]]) -> None:
        """Post actions until they are acknowledged; show what the answer says."""
        waiting = []
        for action in actions:
            self._nonce += 1
            named = {"nonce": self._nonce, "uid": secrets.token_hex(12)}
            seen = self._page["revision"]["moment"]
            waiting.append({"seen": seen, **action, **named})
        batch = {"client": self._client, "actions": waiting}
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            sent = {**batch, **self._along()}
            answer = json.loads(self._ask("POST", self._drawn["actions"], sent))
            self._page = _shown(self._page, answer)
            if answer["ack"] >= self._nonce or not waiting:
                return
            time.sleep(0.5)
        raise TimeoutError("actions were not acknowledged")

    def _ask(self, method: str, path: str, body: object = None) -> bytes:
        headers = {"Origin": self.address}
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        self._http.request(method, path, content, headers)
        answer = self._http.getresponse()
        found = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path.split('/')[1]} answered {answer.status}")
        return found


def _shown(page: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Return the page with what an answer says: all of it, or the tiles that changed."""
    if "drawing" in answer:
        return {**page, **answer["drawing"]}
    part = answer["part"]
    changed = {item["id"]: item for item in part["items"]}
    items = [changed.get(item["id"], item) for item in page["items"]]
    return {**page, **part, "items": items}
