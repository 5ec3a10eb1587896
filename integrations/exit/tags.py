"""Writing XML: elements in order, every text and attribute escaped. What is read, goes through integrations/xml_gate.py."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field

from integrations.exit.numbers import printable


@dataclass
class Tag:
    """One element; `name` with the prefix that the root declares."""

    name: str
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Tag] = field(default_factory=list)

    def add(self, name: str, text: str = "", attributes: dict[str, str] | None = None) -> Tag:
        """One more element within this one."""
        made = Tag(name, text, attributes or {})
        self.children.append(made)
        return made

    def written(self) -> bytes:
        """The whole document, in UTF-8. The same elements always give the same bytes."""
        return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *self._lines(""), ""]).encode()

    def _lines(self, margin: str) -> Iterator[str]:
        said = "".join(f' {name}="{html.escape(printable(value))}"' for name, value in self.attributes.items())
        if not self.children:
            text = html.escape(printable(self.text), quote=False)
            yield f"{margin}<{self.name}{said}>{text}</{self.name}>" if text else f"{margin}<{self.name}{said}/>"
            return
        yield f"{margin}<{self.name}{said}>"
        for one in self.children:
            yield from one._lines(f"{margin}  ")
        yield f"{margin}</{self.name}>"
