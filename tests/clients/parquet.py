"""Write the small OpenML's dense data as Parquet where an object store has it. Usage: ``… parquet FOLDER``.

Runs inside a client's environment, which has what writes Parquet.
"""

import sys
from pathlib import Path

import pandas

from tests.clients.tables import TABLES

if __name__ == "__main__":
    for did, table in TABLES.items():
        if table.sparse:
            continue
        frame = pandas.DataFrame(
            {
                column.name: pandas.Categorical(column.values, categories=column.nominal)
                if column.nominal
                else pandas.Series(column.values)
                for column in table.columns
            }
        )
        place = Path(sys.argv[1]) / "datasets" / "0000" / f"{did:04}" / f"dataset_{did}.pq"
        place.parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(place)
