"""What listens on the admin port: commands, health and metrics, the dashboard, and what keeps strangers out."""

import socket
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

from config.settings import ProxySettings
from proxy.dashboard.app import WithDashboard, dashboard
from proxy.dashboard.session import GuardedAdmin
from proxy.inbound.answers import refuse
from proxy.inbound.protocol import FrontProtocol, front
from proxy.inbound.scope import REFUSAL
from proxy.process.admin import Admin, Controls
from proxy.runtime.listen import Listener, announce, bind
from proxy.runtime.loop import run_loop

MOST_CONNECTIONS: Final = 256
_HELD_BYTES: Final = 4 * 1024 * 1024


def admin_side(controls: Controls, settings: ProxySettings, config: Path) -> GuardedAdmin:
    """The admin side of a running proxy. ``controls``: what is shown and commanded. ``settings``: where it listens,
    its token, its names.
    """
    token = settings.admin_token
    shown = dashboard(settings.log, config, new=settings.new, token=token)
    pages = WithDashboard(Admin(controls, token), shown)
    return GuardedAdmin(pages, token=token, host=settings.admin_host, names=settings.admin_hosts)


def admin_listener(application: ASGIApp, settings: ProxySettings, operators: socket.socket) -> Listener:
    """What listens to operators, with bounds of its own: it takes nothing of the descriptors that clients need.

    Args:
        application: What ``admin_side`` made.
        settings: Limits and times for clients, most of which hold here, too.
        operators: It listens already.
    """
    return Listener(
        _HeadsRefused(application),
        operators,
        lifespan=False,
        drain=1,
        signals=False,
        protocol=_protocol(settings),
    )


def serve_pages(application: ASGIApp, settings: ProxySettings, host: str, port: int) -> None:
    """Serve pages for operators where no proxy runs, with the bounds of the admin side, until SIGINT or SIGTERM.
    ``settings``: limits and times. Raises ListenError: it cannot listen there.
    """
    bound = bind(host, port)
    pages = _HeadsRefused(application)
    found = Listener(pages, bound, ready=announce, lifespan=False, protocol=_protocol(settings))
    run_loop(found.run_bound())


def _protocol(settings: ProxySettings) -> type[FrontProtocol]:
    most = min(MOST_CONNECTIONS, settings.limits.connections)
    limits = replace(settings.limits, connections=most, held_bytes=_HELD_BYTES, strict_names=False)
    return front(limits, settings.timeouts, lambda: None)


class _HeadsRefused:
    """Refuses what the head alone says is no request, and tells paths as applications know them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = scope[REFUSAL]
        if refused is not None:
            await refuse(send, refused, scope["method"])
            return
        await self._app({**scope, "path": unquote(scope["path"], "latin-1")}, receive, send)
