"""Reading a knowledge file, and asking it for values of a known kind.

An error names the file, the key and what was expected there, so that whoever edits a file can mend it alone.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml


class KnowledgeError(ValueError):
    """A knowledge file cannot be used. The message names file, key and what was expected."""

    def __init__(self, file: str, key: str, expected: str) -> None:
        super().__init__(f"{file}: {key}: {expected}")
        self.file, self.key, self.expected = file, key, expected


class Entry:
    """A mapping of a knowledge file that knows where it stands, for errors that can be acted on."""

    def __init__(self, file: str, key: str, values: Any) -> None:
        if not isinstance(values, dict):
            raise KnowledgeError(file, key or "top level", f"expected a mapping, found {_kind(values)}")
        self.file, self.key, self.values = file, key, values

    def fail(self, name: str, expected: str) -> KnowledgeError:
        """Return the error for one key of this entry."""
        return KnowledgeError(self.file, f"{self.key}.{name}" if self.key else name, expected)

    def only(self, *names: str) -> None:
        """Refuse keys that nothing reads: they are misspelt, or say something that would be lost."""
        for name in self.values:
            if name not in names:
                raise self.fail(str(name), f"unknown key; expected one of {', '.join(names)}")

    def text(self, name: str) -> str:
        """Return a text that must be there."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(name, f"expected a text, found {_kind(value)}")
        return value.strip()

    def optional_text(self, name: str) -> str | None:
        """Return a text, or None where it is null or left out."""
        return None if self.values.get(name) is None else self.text(name)

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false."""
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise self.fail(name, f"expected true or false, found {_kind(value)}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; empty only where the key is left out, because an empty list says nothing."""
        if name not in self.values:
            return ()
        value = self.values[name]
        if not isinstance(value, list) or not value or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.fail(name, f"expected a list of texts, found {_kind(value)}")
        return tuple(value)

    def members(self, name: str, allowed: Collection[str], what: str) -> tuple[str, ...]:
        """Return a list of texts, each of which must be allowed."""
        for item in (values := self.texts(name)):
            if item not in allowed:
                raise self.fail(name, f"'{item}' is no {what}; expected one of {', '.join(allowed)}")
        return values

    def choice(self, name: str, allowed: Collection[str], what: str) -> str | None:
        """Return one of the allowed texts, or None where it is null or left out."""
        value = self.optional_text(name)
        if value is not None and value not in allowed:
            raise self.fail(name, f"'{value}' is no {what}; expected one of {', '.join(allowed)}")
        return value

    def table(self, name: str) -> Mapping[str, Any]:
        """Return a mapping as it stands; empty where the key is left out."""
        inner = Entry(self.file, f"{self.key}.{name}" if self.key else name, self.values.get(name, {}))
        return {str(key): value for key, value in inner.values.items()}

    def entries(self, name: str) -> Mapping[str, Entry]:
        """Return a mapping of mappings that must be there."""
        inner = Entry(self.file, f"{self.key}.{name}" if self.key else name, self.values.get(name))
        return {str(key): Entry(self.file, f"{inner.key}.{key}", value) for key, value in inner.values.items()}

    def listed(self, name: str) -> list[Entry]:
        """Return a list of mappings with at least one entry."""
        value = self.values.get(name)
        if not isinstance(value, list) or not value:
            raise self.fail(name, f"expected a list with at least one entry, found {_kind(value)}")
        return [Entry(self.file, f"{self.key}.{name}[{i}]", item) for i, item in enumerate(value, start=1)]


class _Loader(yaml.SafeLoader):
    """YAML in which a key stands once: plain YAML would let the second silently replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = key_node.value
            if key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"each key once; '{key}' is repeated", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def read(folder: Path, file: str) -> Entry:
    """Read one knowledge file.

    Raises:
        KnowledgeError: the file is missing, is no YAML, repeats a key, or is no mapping.
    """
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except OSError as error:
        raise KnowledgeError(file, "file", f"expected a readable file ({error.strerror})") from None
    except UnicodeDecodeError:
        raise KnowledgeError(file, "file", "expected a text in UTF-8") from None
    try:
        return Entry(file, "", yaml.load(text, Loader=_Loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "file"
        raise KnowledgeError(file, where, f"expected YAML ({getattr(error, 'problem', None) or error})") from None


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {value!r}"
