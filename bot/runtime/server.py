"""The server of `python -m bot serve`: Rasa's HTTP API, the channels and the actions in one process."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.runtime.errors import UserError
from bot.runtime.logs import silence_sanic
from bot.runtime.project import Project

BACKLOG = 128
GRACE_SECONDS = 30.0


@dataclass(frozen=True)
class Address:
    """Where the server listens, and the token that opens the whole API; port 0 means any free one."""

    host: str = "127.0.0.1"
    port: int = 5005
    token: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise UserError(f"The port must be between 0 and 65535, not {self.port}.")
        if not self.token and not is_loopback(self.host):
            raise UserError(
                f"{self.host} can be reached from other computers: set RASA_TOKEN to a secret of your own first, "
                "or leave --host out."
            )


def is_loopback(host: str) -> bool:
    """Tell whether a name or address can only be reached from this computer."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bind(address: Address) -> socket.socket:
    """Take the port, before anything slow begins.

    Raises:
        UserError: the port is taken or the host is not one of this computer.
    """
    try:
        family, *_, place = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
        bound.listen(BACKLOG)
    except OSError as error:
        raise UserError(f"Cannot listen on {address.host}:{address.port}: {error.strerror}.") from error
    return bound


async def serve(
    project: Project, model: Path, address: Address, listener: socket.socket, ready: Callable[[str], None]
) -> None:
    """Answer on the bound socket until SIGTERM or SIGINT, then finish what is under way.

    Args:
        project: the files to serve
        model: the trained model
        address: as given to `bind`
        listener: the socket that `bind` returned
        ready: called with the server's URL as soon as it answers

    Raises:
        UserError: an endpoint, a channel or the model cannot be used.
    """
    from bot.runtime.agent import close_stores, load_agent, open_endpoints

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    endpoints = await open_endpoints(project)
    try:
        app = _app(project, load_agent(model, endpoints), endpoints, address.token)
        server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.before_start()
        await server.after_start()
        ready(_url(listener))
        await stop.wait()
        await _finish(server, endpoints.lock_store)
    finally:
        await close_stores(endpoints)


def _app(project: Project, agent: Any, endpoints: Any, token: str | None) -> Any:
    from rasa.core.channels.channel import register
    from rasa.server import create_app

    from bot.runtime.channels import input_channels
    from bot.runtime.guard import protect

    app = create_app(agent, cors_origins="", auth_token=token, endpoints=endpoints)
    silence_sanic()
    protect(app, token)
    register(input_channels(project), app, route="/webhooks/")
    return app


async def _finish(server: Any, lock_store: Any) -> None:
    """Stop accepting, let the turns under way come to their end, then close what is left."""
    server.close()
    await server.before_stop()
    loop = asyncio.get_running_loop()
    deadline = loop.time() + GRACE_SECONDS
    while (_close_idle(server.connections) or getattr(lock_store, "busy", False)) and loop.time() < deadline:
        await asyncio.sleep(0.02)
    for connection in list(server.connections):
        connection.abort()
    await server.after_stop()


def _close_idle(connections: set[Any]) -> int:
    for connection in list(connections):
        connection.close_if_idle()
    return len(connections)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
