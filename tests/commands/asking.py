"""A question to a PostgreSQL by its address, and the folder of its door."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg


def rows(url: str, statement: str, database: str = "") -> list[tuple[object, ...]]:
    address = urlsplit(url)._replace(scheme="postgresql")
    with psycopg.connect((address._replace(path=f"/{database}") if database else address).geturl()) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def folder_of(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])
