"""`mdo-portal web`: one gunicorn process with threads; a live connection holds a thread for as long as it lives."""

from __future__ import annotations

from typing import Any

import click
from gunicorn.app.base import BaseApplication

from mdo_portal.app import create_app
from mdo_portal.commands.patience import Worker
from mdo_portal.commands.process import check_machine, checked_settings, open_database, settled
from mdo_portal.settings import Settings

THREADS_BESIDE_SOCKETS = 24


class Web(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings instead of a file."""

    def __init__(self, settings: Settings) -> None:
        self.portal_settings = settings
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self.portal_settings.bind,
            "workers": 1,  # sockets belong to one process; more web processes are more services behind the proxy
            "worker_class": Worker,
            "threads": self.portal_settings.sockets + THREADS_BESIDE_SOCKETS,
            "timeout": 60,
            "graceful_timeout": 10,
            "keepalive": 15,
            "worker_tmp_dir": None,
            "accesslog": None,
            "loglevel": "warning",
            "control_socket_disable": True,
            "forwarded_allow_ips": "*" if self.portal_settings.proxies else "127.0.0.1",
            "limit_request_line": 4094,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        app = create_app(self.portal_settings, database=open_database(self.portal_settings, "mdo_app", pool_size=20))
        settled()
        return app


def run(settings: Settings) -> None:
    """Serve until SIGTERM."""
    check_machine(settings, "mdo_app")  # here already: gunicorn starts a worker that ends by itself again and again
    Web(settings).run()


@click.command("web")
def command() -> None:
    """Serve the pages, the FHIR door and the live sockets."""
    run(checked_settings())
