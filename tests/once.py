"""What is the same for every application of a run is worked out once: addresses and templates were most of the time of a web test.

Both depend on nothing but the source: the text of a template (Jinja's own check of it stays), the words of an address. And passwords
are hashed cheaply: how dear they are outside the tests is a test of its own (tests/services/people/test_passwords.py). Alembic reads every
migration again for each step: the tests of the migrations take two for each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, MethodType
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, FileSystemBytecodeCache
from werkzeug.routing import Rule
from werkzeug.routing.matcher import State, StateMachineMatcher

from mdo_portal.services.people import passwords

#: as the portal hashes passwords
HASHER = passwords._hasher


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
    """Each address taken apart, and the two functions that Werkzeug writes and compiles for it: they know nothing of the application."""
    read: Callable[[Rule], None] = Rule.compile
    known: dict[Any, tuple[Any, ...]] = {}

    def read_once(rule: Rule) -> None:
        assert rule.map is not None
        key = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, rule.map.host_matching, repr(rule.defaults))
        if key not in known:
            read(rule)
            builders = rule._build.__func__, rule._build_unknown.__func__  # type: ignore[attr-defined]
            known[key] = rule._parts, rule._trace, rule._converters, frozenset(rule.arguments), *builders
            return
        rule._parts, rule._trace, rule._converters, arguments, build, build_unknown = known[key]
        rule.arguments |= arguments
        rule._build, rule._build_unknown = MethodType(build, rule), MethodType(build_unknown, rule)

    Rule.compile = read_once  # type: ignore[method-assign]
    StateMachineMatcher.add = _added  # type: ignore[assignment, method-assign]


def _added(matcher: StateMachineMatcher, rule: Rule) -> None:
    """As Werkzeug does it, which makes a `State` for every part of every address and throws away those that it has already."""
    state = matcher._root
    for part in rule._parts:
        following = state.static.get(part.content) if part.static else next((to for it, to in state.dynamic if it == part), None)
        if following is None:
            following = State()
            if part.static:
                state.static[part.content] = following
            else:
                state.dynamic.append((part, following))
        state = following
    state.rules.append(rule)


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
