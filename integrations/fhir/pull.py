"""Fetching what a notice names: with a token of the hospital's own, page by page, within bounds, and whole or not at all."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime

from integrations.fhir.entries.cautions import tags
from integrations.fhir.entries.history import is_newer
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.persons import is_another
from integrations.fhir.entries.task import fetches
from integrations.fhir.in_turn import MOST_NUMBERS
from integrations.fhir.server.door import JSON, Door
from integrations.fhir.server.fetching import Fetching, is_page
from integrations.fhir.server.paging import is_told
from integrations.fhir.server.queries import Fetch, NotAllowed, fetch_of
from integrations.fhir.text.json_gate import dump
from integrations.fhir.text.location import root
from integrations.fhir.text.profile import load_profile
from integrations.fhir.text.values import Node, node, nodes, text
from integrations.smart.client import Tokens
from mdo_portal.exchange import Address, IncomingNotice, NotPulled, Pulled, Unreadable


class FhirPuller:
    """exchange.Puller. Keeps tokens; otherwise every pull is on its own."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._door = Door(tokens)

    def pull(self, notice: IncomingNotice, address: Address, *, at: datetime) -> Pulled:
        """One Bundle of everything. Raises NotPulled; then nothing of it is to be believed.

        `at` becomes the Bundle's own moment: two pulls are two messages, also when nothing changed.
        """
        if notice.until is not None and notice.until < at:
            raise NotPulled("expired", again=False)
        return _Pull(notice, address, Fetching(address, self._door, notice.authorization_base)).run(at)

    def finish(self, notice: IncomingNotice, address: Address) -> None:
        """Tell the hospital that its workflow task was carried out. Never raises for what the other side does.

        Only for what is in safe storage: the hospital may put away what it laid ready. No answer is no trouble of ours.
        """
        _Pull(notice, address, Fetching(address, self._door, notice.authorization_base)).finish()


@dataclass
class _Pull:
    notice: IncomingNotice
    address: Address
    fetching: Fetching
    found: dict[str, Node] = field(default_factory=dict)  # `Type/id`, or the whole address elsewhere -> resource
    servers: dict[str, str] = field(default_factory=dict)  # the same name -> where it lives, as the page said
    older: list[Node] = field(default_factory=list)  # what stood on another page under the same name

    def run(self, at: datetime) -> Pulled:
        for fetch in [self._allowed(said) for said in self._wanted()]:  # all are judged before the first is followed
            self._follow(fetch)
        self._documents()
        if not self.found:
            raise NotPulled("nothing", again=False)
        self._check_patient()
        numbers = dict.fromkeys(pair for one in self._all("Patient") for pair in identifiers(one))
        if len(numbers) > MOST_NUMBERS:
            raise NotPulled("too_large", again=False)
        return Pulled(self._bundle(at), len(self.found), self.fetching.requests, tuple(numbers))

    # What to fetch

    def _wanted(self) -> list[str]:
        wanted = list(self.notice.fetches)
        if self.notice.workflow_task:
            task = self.fetching.json(self.fetching.ask(self._allowed(self.notice.workflow_task, "Task")))
            if task.get("resourceType") != "Task":
                raise NotPulled("answer", again=False)
            focus = text(node(task.get("focus")).get("reference"))
            try:
                wanted += [focus] * bool(focus) + list(fetches(task))
            except Unreadable:
                raise NotPulled("query", again=False) from None
        return list(dict.fromkeys(wanted))

    def _allowed(self, said: str, kind: str = "") -> Fetch:
        try:
            found = fetch_of(said, self.address.url, bsn=self.notice.bsn)
        except NotAllowed as no:
            raise NotPulled("address" if str(no) == "elsewhere" else "query", again=False) from None
        if kind and (found.kind != kind or found.is_search):
            raise NotPulled("query", again=False)
        return found

    # Fetching

    def _follow(self, fetch: Fetch) -> None:
        for tree in self.fetching.pages(fetch):
            if tree.get("resourceType") != "Bundle":
                self._keep(tree)
            else:
                for entry in nodes(tree.get("entry")):
                    self._keep(node(entry.get("resource")), text(entry.get("fullUrl")))

    def _keep(self, resource: Node, full_url: str = "") -> None:
        """Each once, as it says now: it may change between two pages. The same id on another server is something else."""
        kind, number = text(resource.get("resourceType")), text(resource.get("id"))
        if not kind or (kind == "OperationOutcome" and not is_told(resource)):
            return
        name, there = f"{kind}/{number}" if number else f"{kind}/without-id-{len(self.found)}", root(full_url)
        if there and self.servers.get(name) not in (None, "", there) and self.found[name] != resource:
            name = full_url
        self.servers.setdefault(name, there)
        before = self.found.setdefault(name, resource)
        if before == resource:
            return
        is_older = is_newer({"resource": before}, {"resource": resource}) or "SUBSETTED" in tags(resource)
        self.older.append(resource if is_older else before)
        self.found[name] = before if is_older else resource

    def _documents(self) -> None:
        """The bytes behind documents that were found: Binaries below the same endpoint, once each."""
        for resource in list(self.found.values()):
            for part in _attachments(resource):
                url = text(part.get("url"))
                if url and not part.get("data"):
                    self._binary(url, text(part.get("contentType")))

    def _binary(self, url: str, media_type: str) -> None:
        try:
            fetch = fetch_of(url, self.address.url)
        except NotAllowed:
            return  # a document somewhere else is named on the case and never fetched
        if fetch.kind != "Binary" or fetch.path in self.found:
            return
        reply = self.fetching.ask(fetch)
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in (JSON, "application/json", "application/json+fhir"):
            self.found[fetch.path] = self.fetching.json(reply)
            return
        if media_type and not _is_web(media_type) and is_page(reply):
            raise NotPulled("answer", again=True)  # it would hang on the case as the letter
        content = "content" if load_profile(self.address.profile).version == "STU3" else "data"
        encoded = base64.b64encode(reply.body).decode()
        self.found[fetch.path] = {
            "resourceType": "Binary", "id": fetch.path.partition("/")[2], "contentType": kind or media_type, content: encoded,
        }  # fmt: skip

    # What came of it

    def _check_patient(self) -> None:
        """The patient who was announced, and nobody else (matrix C6)."""
        before = [one for one in self.older if one.get("resourceType") == "Patient"]
        if is_another(self.notice, [*self._all("Patient"), *before]):
            raise NotPulled("other_patient", again=False)

    def finish(self) -> None:
        if not self.notice.workflow_task:
            return
        try:
            fetch = self._allowed(self.notice.workflow_task, "Task")
            task = self.fetching.json(self.fetching.ask(fetch)) | {"status": "completed"}
            body = dump(task)
            self.fetching.once("PUT", fetch.path, {"Content-Type": JSON}, body)
        except NotPulled:
            return

    def _all(self, kind: str) -> list[Node]:
        return [one for one in self.found.values() if one.get("resourceType") == kind]

    def _bundle(self, at: datetime) -> bytes:
        base = self.address.url.rstrip("/")
        entries = [{"fullUrl": name if ":" in name else f"{base}/{name}", "resource": one} for name, one in self.found.items()]
        bundle = {
            "resourceType": "Bundle",
            "meta": {"lastUpdated": at.isoformat(timespec="milliseconds"), "tag": [{"display": "notified pull"}]},
            "identifier": {"value": self.notice.group or self.notice.number},
            "type": "collection",
            "entry": entries,
        }
        return dump(bundle)


def _is_web(media_type: str) -> bool:
    return "html" in media_type.lower()


def _attachments(resource: Node) -> list[Node]:
    """Of what carries documents: a document, a report, a picture."""
    kind, content = resource.get("resourceType"), nodes(resource.get("content"))
    if kind == "DocumentReference":
        return [node(one.get("attachment")) for one in content]
    return content if kind == "Media" else nodes(resource.get("presentedForm")) if kind == "DiagnosticReport" else []
