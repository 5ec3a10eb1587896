"""The address to which letters for general practitioners are posted: it files nothing, and answers as such a service does."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

from integrations.simulator import behaviour
from integrations.simulator.behaviour import Mode
from integrations.simulator.store import Store


def practices(app: Flask, store: Store) -> None:
    """POST /huisartsen: our own id in the answer is the receipt; refuses when the hospital is told to refuse."""

    @app.post("/huisartsen")
    def take() -> tuple[Response, int]:
        told = request.get_json(silent=True)
        number = str(told.get("id", "")) if isinstance(told, dict) else ""
        if not number or "X-MDO-Signature" not in request.headers:
            return jsonify(message="geen brief van het MDO-portaal"), 400
        if behaviour.load(store).mode is Mode.REFUSE:
            return jsonify(message="de praktijk neemt geen brieven aan"), 422
        return jsonify(id=number, reference=f"HA-{number[:8]}"), 200
