"""The floor of the service: the same framework and server, and nothing behind them.

python -m tests.bench.echo      # says on which port it listens, then answers with what it gets
"""

import socket

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def echo(request: Request) -> Response:
    """Answer with the body that came."""
    return Response(await request.body(), media_type="application/json")


def main() -> None:
    """Serve until a signal ends it."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/echo", echo, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    print(f"Listening on http://127.0.0.1:{listening.getsockname()[1]}", flush=True)  # noqa: T201 - told to who started it
    server.run(sockets=[listening])


if __name__ == "__main__":
    main()
