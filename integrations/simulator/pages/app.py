"""The Flask application of one simulated hospital: pages, JSON, and the FHIR server when it has one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from integrations.simulator import behaviour, letters, outbox
from integrations.simulator.behaviour import EXPLAINED, Mode
from integrations.simulator.config import Config
from integrations.simulator.courier import ZONE, own_cases
from integrations.simulator.fhir import desk, questions
from integrations.simulator.pages import opening, views
from integrations.simulator.pages.guard import guard
from integrations.simulator.pages.paper import paper_case
from integrations.simulator.pages.practices import practices
from integrations.simulator.region import referral
from integrations.simulator.store import Store

MAX_BODY = 64 * 1024 * 1024
Wake = Callable[[], None] | None


def create_app(config: Config, store: Store, stop: threading.Event, *, wake: Wake) -> Flask:
    """`wake` tells the courier that something was asked for; None for a hospital without a link."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.jinja_env.filters["clock"] = views.clock
    guard(app)
    _pages(app, config, store)
    _documents(app, config, store)
    _api(app, config, store, wake)
    _forms(app, config, store, wake)
    practices(app, store)
    if config.wire == "fhir":
        app.register_blueprint(desk.blueprint(config, store, stop))
        app.register_blueprint(opening.blueprint(config))
    return app


def _pages(app: Flask, config: Config, store: Store) -> None:
    @app.get("/")
    def page() -> str:
        if config.wire == "form":
            today = datetime.now(ZONE).date()
            return render_template(
                "paper.html", hospital=config.seed, cases=[paper_case(one, today=today) for one in own_cases(config)]
            )
        cases, filed = views.case_rows(config, store), letters.filed(store)
        return render_template(
            "page.html",
            hospital=config.seed,
            cases=cases,
            patients=views.patient_rows(config, store),
            counts=views.counts(cases, filed, store),
            questions=questions.rows(store),
            now=behaviour.load(store),
            modes=EXPLAINED,
            revision=store.revision,
            opens=config.wire == "fhir",
        )

    @app.get("/theme.css")
    def theme() -> Response:
        return Response(f":root {{ --own: {config.seed.colour}; }}\n", mimetype="text/css")


def _documents(app: Flask, config: Config, store: Store) -> None:
    @app.get("/letters/<int:letter_id>.pdf")
    def letter(letter_id: int) -> Response:
        content = letters.pdf(store, letter_id)
        return Response(content, mimetype="application/pdf") if content else abort(404)

    @app.get("/cases/<code>/documents/<int:number>.pdf")
    def document(code: str, number: int) -> Response:
        case = next((one for one in own_cases(config) if one.code == code), None)
        if case is None or not 1 <= number <= len(case.documents):
            abort(404)
        found = referral(case, today=datetime.now(ZONE).date()).documents[number - 1]
        return Response(found.content, mimetype="application/pdf")


def _api(app: Flask, config: Config, store: Store, wake: Wake) -> None:
    @app.get("/api/state")
    def state() -> Response:
        return jsonify(views.state(config, store))

    @app.get("/api/cases")
    def cases() -> Response:
        today = datetime.now(ZONE).date()
        return jsonify([asdict(paper_case(one, today=today)) for one in own_cases(config)])

    @app.post("/api/send")
    def send() -> tuple[Response, int]:
        wanted = _json_object().get("cases")
        codes = _codes(config, store, wanted)
        if wake is None:
            return jsonify(error="this hospital has no link; use the portal's web form"), 409
        if codes is None:
            return jsonify(error='cases must be "all" or a list of codes of this hospital'), 400
        asked = outbox.ask(store, codes)
        wake()
        return jsonify(asked=asked), 202

    @app.post("/api/behaviour")
    def behave() -> tuple[Response, int]:
        wanted = _json_object()
        try:
            now = behaviour.change(store, str(wanted.get("mode")), wanted.get("seconds"))
        except (TypeError, ValueError) as wrong:
            return jsonify(error=str(wrong)), 400
        return jsonify(mode=now.mode.value, seconds=now.seconds), 200


def _json_object() -> dict[str, Any]:
    told = request.get_json(silent=True)
    return told if isinstance(told, dict) else {}


def _codes(config: Config, store: Store, wanted: object) -> list[str] | None:
    """The cases that are meant: "all" are those that were never sent; None when it is no answer."""
    own = [one.code for one in own_cases(config)]
    if wanted == "all":
        known = outbox.states(store)
        return [code for code in own if code not in known]
    return wanted if isinstance(wanted, list) and set(map(str, wanted)) <= set(own) else None


def _forms(app: Flask, config: Config, store: Store, wake: Wake) -> None:
    """The same acts for people without JavaScript: POST, then back to the page."""

    @app.post("/send")
    def send_by_button() -> AnyResponse:
        codes = _codes(config, store, "all" if request.form.get("case") == "all" else request.form.getlist("case"))
        if wake is None or codes is None:
            abort(400)
        outbox.ask(store, codes)
        wake()
        return redirect("/", code=303)

    @app.post("/answer")
    def answer_by_button() -> AnyResponse:
        said = request.form.get("text", "")
        if wake is None or not questions.answer(store, config, request.form.get("question", ""), said, at=datetime.now(ZONE)):
            abort(400)
        wake()
        return redirect("/", code=303)

    @app.post("/behaviour")
    def behave_by_button() -> AnyResponse:
        try:
            behaviour.change(store, request.form.get("mode", Mode.NORMAL), float(request.form.get("seconds") or 20))
        except ValueError:
            abort(400)
        return redirect("/", code=303)
