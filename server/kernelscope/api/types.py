"""Modules of the page that ``python -m kernelscope.api.types`` writes: types of messages, and columns of scalars.

They are generated from the types with which the server validates and serialises. A test tells when they are stale.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from kernelscope.api.classroom.messages import (
    AttendanceMessage,
    ClassGreeting,
    ClassMessage,
    LessonMessage,
    PointedMessage,
    QuestionMessage,
)
from kernelscope.api.socket.messages import AudienceMessage, ErrorMessage, PongMessage, ViewerMessage
from kernelscope.hosting.views import (
    DatasetView,
    ExperimentView,
    Health,
    ListedDatasetView,
    ListedView,
    NetworksView,
    Problems,
    SettingsView,
)
from kernelscope.stream.history import STEPS, TESTS, observations

Schema = Mapping[str, Any]

SAID: tuple[type, ...] = (
    ExperimentView,
    AudienceMessage,
    ErrorMessage,
    PongMessage,
    DatasetView,
    NetworksView,
    SettingsView,
    Problems,
    Health,
    ListedView,
    ListedDatasetView,
    ClassGreeting,
    AttendanceMessage,
    LessonMessage,
    PointedMessage,
    QuestionMessage,
)
"""Types that the server sends, over the WebSocket and in responses."""
NAMES = {"ErrorMessage": "ServerError", "ExperimentConfig": "Config"}
"""Names that differ on the page. The others lose their endings ``View`` and ``Message``."""
UNIONS = {"architecture": "LayerSpec", "example": "LayerSpec", "networks": "LayerSpec"}
"""Names of unions by the member that has them. Other unions are named after their member."""
HEARD: dict[str, Any] = {"ViewerMessage": ViewerMessage, "ClassMessage": ClassMessage}
"""The unions of all messages that a viewer, and a page of a class, may send."""
STATIC = Path(__file__).parents[3] / "static"
FILE = STATIC / "base" / "types.js"
SCALARS_FILE = STATIC / "stream" / "scalars.js"
ELEMENTS = {"i4": "Int32Array", "f4": "Float32Array", "f8": "Float64Array"}
"""JavaScript's typed array for each dtype."""
EACH = "row", "lane", "filter"
"""What a column has one number for, by the number of its axes besides the row."""
SCALARS_HEAD = """/**
 * The columns of a scalars frame (docs/protocol.md): what a row is of, its numbers, and what each number is for.
 * Written by `python -m kernelscope.api.types` from the server's own table: change that.
 */
export const COLUMNS = /** @type {const} */ ({"""
SCALARS_TYPES = """/**
 * @typedef {keyof typeof COLUMNS} ColumnName
 *
 * @typedef {{[Name in ColumnName]: InstanceType<(typeof COLUMNS)[Name]["elements"]>}} Columns
 */
"""
HEAD = """/**
 * The shapes of what the server says and of what a viewer may say (docs/protocol.md). Types only: nothing runs here.
 * Written by `python -m kernelscope.api.types` from the server's own types: change those.
 *"""


def scalars() -> str:
    """Return the text of `static/stream/scalars.js`, the table of the columns of a scalars frame.

    It is generated from the kinds of rows in `kernelscope.stream.history`, the only list of what is measured.
    """
    kinds = {
        "step": {"step": ("i4", ()), **STEPS.columns},
        "test": dict(TESTS.columns),
        "observation": dict(observations(1).columns),
    }
    lines = [
        f'  {_key(name)}: {{ of: "{kind}", elements: {ELEMENTS[dtype]}, each: "{EACH[len(shape)]}" }},'
        for kind, columns in kinds.items()
        for name, (dtype, shape) in columns.items()
    ]
    return "\n".join([SCALARS_HEAD, *lines, "});", "", SCALARS_TYPES])


def _key(name: str) -> str:
    """Return a JavaScript property name, quoted where it needs to be."""
    return name if name.isidentifier() else json.dumps(name)


def javascript() -> str:
    """Return the text of `static/base/types.js`."""
    types = _Types()
    for said in SAID:
        types.add(TypeAdapter(said).json_schema(mode="serialization"), all_there=True)
    for root, union in HEARD.items():
        heard = TypeAdapter[Any](union).json_schema(mode="validation")
        types.add({"$defs": heard["$defs"]}, all_there=False)
        types.blocks[root] = [f"@typedef {{{types.of(heard, root)}}} {root}"]
    lines = "\n *\n".join("\n".join(f" * {line}" for line in block) for block in types.blocks.values())
    return f"{HEAD}\n{lines}\n */\n\nexport {{}};\n"


class _Types:
    """Collects typedefs by name, in the order in which they come up."""

    def __init__(self) -> None:
        self.blocks: dict[str, list[str]] = {}
        self.defs: Schema = {}

    def add(self, schema: Schema, *, all_there: bool) -> None:
        """Add all objects of a schema. With `all_there` no member is optional: the server sends those with defaults."""
        self.defs = schema.get("$defs", {})
        for one in [*self.defs.values(), schema]:
            if "properties" in one and _name(one["title"]) not in self.blocks:
                self._object(_name(one["title"]), one, all_there=all_there)

    def _object(self, name: str, schema: Schema, *, all_there: bool) -> None:
        block = self.blocks[name] = [*_summary(schema), f"@typedef {{object}} {name}"]
        for member, of in schema["properties"].items():
            needed = all_there or "const" in of or member in schema.get("required", ())
            shown = member if needed else f"[{member}]"
            block.append(f"@property {{{self.of(of, member)}}} {shown}{_about(of)}")

    def of(self, schema: Schema, member: str) -> str:
        """Return the TypeScript type of a member."""
        match schema:
            case {"$ref": str(ref)}:
                return self._named(ref)
            case {"const": constant}:
                return json.dumps(constant)
            case {"enum": values}:
                return " | ".join(map(json.dumps, values))
            case {"oneOf": parts, "discriminator": {"propertyName": "type"}} if member not in HEARD:
                return self._one_of(parts, member)
            case {"anyOf": [{"$ref": _}, {"$ref": _}, *_] as parts} if member not in HEARD:
                return self._one_of(parts, member)
            case {"oneOf": parts}:
                return " | ".join(self.of(part, member) for part in parts)
            case {"anyOf": parts}:
                return " | ".join(dict.fromkeys(self.of(part, member) for part in _without_twins(parts)))
            case {"type": "array", "items": items}:
                of = self.of(items, member)
                return f"({of})[]" if "|" in of else f"{of}[]"
            case {"type": "array", "prefixItems": [first, *_]}:
                return f"{self.of(first, member)}[]"
            case {"type": "object", "additionalProperties": of} if isinstance(of, Mapping):
                return f"Record<string, {self.of(of, member)}>"
            case {"type": "integer" | "number"}:
                return "number"
            case {"type": "string" | "boolean" | "null" as known}:
                return str(known)
            case _:
                return "unknown"

    def _named(self, ref: str) -> str:
        return _name(ref.rpartition("/")[2])

    def _one_of(self, parts: Sequence[Schema], member: str) -> str:
        """Merge objects that differ in their `type` into one type, which has the members of all of them."""
        names = [self._named(part["$ref"]) for part in parts]
        name = UNIONS.get(member, member.capitalize())
        if name not in self.blocks:
            objects = [self.defs[part["$ref"].rpartition("/")[2]]["properties"] for part in parts]
            block = self.blocks[name] = [f"One of {', '.join(names)}.", f"@typedef {{object}} {name}"]
            for key in dict.fromkeys(key for members in objects for key in members):
                ofs = [members[key] for members in objects if key in members]
                of = " | ".join(dict.fromkeys(each for one in ofs for each in self.of(one, key).split(" | ")))
                block.append(f"@property {{{of}}} {key if len(ofs) == len(objects) else f'[{key}]'}")
        return name


def _name(title: str) -> str:
    return NAMES.get(title, title.removesuffix("View").removesuffix("Message"))


def _without_twins(parts: Sequence[Schema]) -> Iterator[Schema]:
    """Leave out the number that a pair may be given as: the server always writes a pair."""
    pair = any("prefixItems" in part for part in parts)
    return (part for part in parts if not (pair and part == {"type": "integer"}))


def _summary(schema: Schema) -> list[str]:
    first, _, _ = schema.get("description", "").partition("\n\n")
    return [" ".join(first.split())] if first else []


def _about(schema: Schema) -> str:
    return f"  {schema['description']}" if "description" in schema else ""


if __name__ == "__main__":
    FILE.write_text(javascript(), "utf-8")
    SCALARS_FILE.write_text(scalars(), "utf-8")
