"""What is the same for every application of a run is worked out once: addresses and templates were most of the time of a web test.

Both depend on nothing but the source: the text of a template (Jinja's own check of it stays), the words of an address. And passwords
are hashed cheaply: how dear they are outside the tests is a test of its own (tests/services/people/test_passwords.py). Alembic reads every
migration again for each step: the tests of the migrations take two for each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, FileSystemBytecodeCache
from werkzeug.routing import Rule

from mdo_portal.services.people import passwords

#: as the portal hashes passwords
HASHER = passwords._hasher
Builder = Callable[..., tuple[str, str]]


class Compiled(FileSystemBytecodeCache):
    """Templates as Jinja compiled them: all workers of a run read what the first of them wrote, and each unpacks a file once."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        key = (bucket.key, bucket.checksum)
        if key not in self._kept:
            super().load_bytecode(bucket)
            if bucket.code is None:
                return
            self._kept[key] = bucket.code
        bucket.code = self._kept[key]

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code
        super().dump_bytecode(bucket)


def install(folder: str) -> None:
    """`folder`: of this run alone, shared by its workers."""
    Flask.jinja_options = {"bytecode_cache": Compiled(folder)}
    _remember_addresses()
    _remember_migrations()
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def _remember_addresses() -> None:
    """Werkzeug writes and compiles two Python functions per route; they know nothing of the application they are made for."""
    compiled: Callable[[Rule, bool], Builder] = Rule._compile_builder
    kept: dict[Any, Builder] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Builder:
        if rule.defaults:
            return compiled(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in kept:
            kept[key] = compiled(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]
    read: Callable[[Rule], None] = Rule.compile
    known: dict[Any, tuple[Any, ...]] = {}

    def read_once(rule: Rule) -> None:
        """The address, taken apart: two hundred for each application."""
        assert rule.map is not None
        key = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, rule.map.host_matching)
        if rule.defaults or key not in known:
            read(rule)
            if not rule.defaults:
                known[key] = rule._parts, rule._trace, rule._converters, frozenset(rule.arguments)
            return
        parts, trace, converters, arguments = known[key]
        rule._parts, rule._trace, rule._converters = list(parts), list(trace), dict(converters)
        rule.arguments |= arguments
        rule._build = rule._compile_builder(False).__get__(rule, None)
        rule._build_unknown = rule._compile_builder(True).__get__(rule, None)

    Rule.compile = read_once  # type: ignore[method-assign]


def _remember_migrations() -> None:
    """The files of a folder of migrations, imported: they do not change while the tests run."""
    read: Callable[[Config], ScriptDirectory] = ScriptDirectory.from_config
    kept: dict[str | None, ScriptDirectory] = {}

    def read_once(config: Config) -> ScriptDirectory:
        folder = config.get_main_option("script_location")
        if folder not in kept:
            kept[folder] = read(config)
        return kept[folder]

    ScriptDirectory.from_config = read_once  # type: ignore[method-assign]
