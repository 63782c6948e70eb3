"""SQL: a random number per row, on every database."""

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class random_order(GenericFunction[float]):  # noqa: N801  # an SQL function, written like one
    """What to order by for an order that is another one each time."""

    type = Float()
    name = "random"
    identifier = "random_order"
    inherit_cache = True


@compiles(random_order, "mysql", "mariadb")
def _rand(_element: random_order, _compiler: SQLCompiler, **_options: Any) -> str:
    return "RAND()"
