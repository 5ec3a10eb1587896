"""Databases on a server: as which role, copied from a template, thrown away."""

from __future__ import annotations

import time
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql


def as_role(url: str, role: str) -> str:
    """The same database as another of our roles: by name where only we can reach the server, else by SET ROLE at the door."""
    parts = urlsplit(url)
    if parts.hostname is None and "host=" in parts.query and parts.password is None:
        return parts._replace(netloc=f"{role}@").geturl()
    option = quote(f"-c role={role}", safe="")
    return parts._replace(query="&".join(filter(None, (parts.query, f"options={option}")))).geturl()


def template_database(url: str, name: str) -> str:
    """A new empty database beside that of `url`, replacing an old one; gives its address. Fill it, close every connection, clone it."""
    drop_database(url, name)
    return clone_database(url, name, template="template1")


def clone_database(url: str, name: str, *, template: str) -> str:
    """A copy of database `template` (nobody may be connected to it) beside that of `url`; gives its address. About 20 ms."""
    with _beside(url) as connection:
        connection.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def drop_database(url: str, name: str) -> None:
    """Remove database `name` beside that of `url`, if it is there, also when somebody is connected."""
    with _beside(url) as connection:
        for turn in range(20):
            try:
                connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
                return
            except psycopg.errors.InsufficientPrivilege:  # the server's own cleaning is at work there, for a moment
                if turn == 19:
                    raise
                time.sleep(0.1)


def _beside(url: str) -> psycopg.Connection:
    return psycopg.connect(urlsplit(url)._replace(scheme="postgresql", path="/postgres").geturl(), autocommit=True)
