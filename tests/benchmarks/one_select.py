"""What the backend is measured against: a Starlette endpoint with one SELECT of a row. `one_select.py URL PORT`."""

from __future__ import annotations

import sys

import orjson
import uvicorn
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

STATEMENT = text("SELECT * FROM openml_expdb.dataset WHERE did = :did")


def main() -> None:
    """Serve until it is ended."""
    engine = create_async_engine(sys.argv[1])

    async def get(_request: Request) -> Response:
        async with engine.connect() as connection:
            row = (await connection.execute(STATEMENT, {"did": 61})).mappings().one()
        return Response(orjson.dumps(dict(row), default=str), media_type="application/json")

    app = Starlette(routes=[Route("/", get)])
    uvicorn.run(
        app, port=int(sys.argv[2]), loop="uvloop", http="httptools", log_level="error", access_log=False
    )


if __name__ == "__main__":
    main()
