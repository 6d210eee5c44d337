"""The description of headquarters' addresses in OpenAPI 3.1, made from what declares them.

Source: OpenAPI Specification 3.1.1; JSON Schema 2020-12.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from importlib import metadata
from typing import Any, Final

import msgspec
from msgspec import inspect as types

from app.hq.endpoint import Bytes, Endpoint, Frame
from app.sync.client import TIME, TOKEN, ErrorBody
from app.sync.frames import MEDIA_TYPE

_REFERENCE: Final = "#/components/schemas/{name}"
_ANY_BYTES: Final = "application/octet-stream"
_SEALED_BYTES: Final = {"type": "string", "format": "binary"}
_WORDS: Final = {
    200: "Done",
    204: "Done; nothing to say",
    400: "Not well formed",
    401: "Not signed by a computer that is enrolled, signed before, or the token has expired",
    403: "Refused: revoked, or not this computer's to say",
    404: "Nothing by this name for who asks",
    408: "The body did not come in time",
    409: "Does not go with what headquarters has or speaks",
    413: "The body is too large",
    422: "A rule of the work says no",
    429: "Too much at once; ``Retry-After`` says when to ask again, in seconds",
    500: "A fault of headquarters, kept in its log",
    503: "Headquarters cannot answer; ask again later",
}
_ALWAYS: Final = (400, 408, 413, 429, 500, 503)
_SIGNED: Final = (401, 403)
_ATTRIBUTE: Final = re.compile(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", re.MULTILINE)


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Give the description of these addresses."""
    structs = [_json_type(body) for e in endpoints for body in (e.takes, e.gives)]
    named = [struct for struct in structs if struct is not None]
    _schemas, components = msgspec.json.schema_components(
        [*dict.fromkeys(named), ErrorBody], ref_template=_REFERENCE
    )
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Sanad headquarters",
            "version": metadata.version("sanad"),
            "description": "Where the computers of offices and partners send their changes and"
            " read those of others. Every error is a JSON object with a reason, which keeps its"
            " meaning, and a message for a person, in the language asked for.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Sanad` and, in base64: the computer's id (16 bytes); a nonce"
                    " (8 bytes of headquarters' time in milliseconds since 1970, big-endian, and 8"
                    " of chance); an Ed25519 signature over headquarters' id, method, path with"
                    " query, SHA-256 of the body, and nonce, with a line feed between each. It is"
                    " taken once. With the reason `clock`, the header"
                    f" `{TIME}` tells the time to sign with, in milliseconds.",
                },
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"What the header `{TOKEN}` of the answer to a signed request"
                    " held. With the reason `expired`, sign again.",
                },
            },
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{endpoint.method.lower()}_{endpoint.work.__name__}",
        "summary": endpoint.summary,
        "description": inspect.getdoc(endpoint.work) or "",
        "security": [{"signature": []}, {"token": []}] if endpoint.is_signed else [],
        "responses": _responses(endpoint),
    }
    if endpoint.takes is not None:
        operation["requestBody"] = {
            "required": True,
            "description": f"At most {endpoint.largest} bytes.",
            "content": _content(endpoint.takes),
        }
    parameters = [
        _parameter(named.name, "path", {"type": "string", "pattern": f"^{named.pattern}$"})
        for named in endpoint.named
    ] + [
        _parameter(n.name, "query", {"type": "integer", "minimum": 0, "maximum": n.most})
        for n in endpoint.numbers
    ]
    if parameters:
        operation["parameters"] = parameters
    return operation


def _parameter(name: str, place: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    error = {"application/json": {"schema": {"$ref": _REFERENCE.format(name=ErrorBody.__name__)}}}
    refuses = {*_ALWAYS, *(_SIGNED if endpoint.is_signed else ()), *endpoint.refuses}
    responses: dict[str, Any] = {
        str(status): {"description": _WORDS[status], "content": error} for status in sorted(refuses)
    }
    if endpoint.gives is None:
        return {"204": {"description": _WORDS[204]}, **responses}
    done = {"description": _WORDS[200], "content": _content(endpoint.gives)}
    return {"200": done, **responses}


def _content(body: type | Frame) -> dict[str, Any]:
    if isinstance(body, Frame):
        return {MEDIA_TYPE: {"schema": {**_SEALED_BYTES, "description": _layout(body.type)}}}
    if body is Bytes:
        return {"*/*": {"schema": _SEALED_BYTES}}
    if body is dict:
        return {"application/json": {"schema": {"type": "object"}}}
    return {"application/json": {"schema": {"$ref": _REFERENCE.format(name=body.__name__)}}}


def _json_type(body: Any) -> type | None:
    return None if body in {None, Bytes, dict} or isinstance(body, Frame) else body


def _layout(struct: type) -> str:
    """Tell in words what is in a frame, part by part, and in what its parts are made of."""
    found: dict[type, types.StructType] = {}
    _collect(types.type_info(struct), found)
    told = "\n\n".join(_struct_in_words(info) for info in found.values())
    return (
        f"MessagePack, compressed with Zstandard: {struct.__name__}. A struct is an array of its"
        f" parts, in this order; parts that are not known are passed over.\n\n{told}"
    )


def _struct_in_words(info: types.StructType) -> str:
    told = inspect.getdoc(info.cls) or ""
    meant = dict(_ATTRIBUTE.findall(told))
    first = told.partition("\n")[0]
    lines = [f"{info.cls.__name__}: {first}"]
    for part in info.fields:
        words = " ".join(meant.get(part.name, "").split())
        lines.append(f"- {part.name} ({_type_in_words(part.type)}) {words}".rstrip())
    return "\n".join(lines)


def _type_in_words(type_: types.Type) -> str:
    match type_:
        case types.StructType():
            return type_.cls.__name__
        case types.ListType():
            return f"array of {_type_in_words(type_.item_type)}"
        case types.TupleType():
            return "array: " + ", ".join(map(_type_in_words, type_.item_types))
        case types.DictType():
            return f"map of {_type_in_words(type_.key_type)} to {_type_in_words(type_.value_type)}"
        case types.UnionType():
            return " or ".join(map(_type_in_words, type_.types))
        case types.BytesType():
            return "bin"
    return type(type_).__name__.removesuffix("Type").lower()


def _collect(type_: types.Type, found: dict[type, types.StructType]) -> None:
    if isinstance(type_, types.StructType):
        if type_.cls in found:
            return
        found[type_.cls] = type_
    for inner in _inside(type_):
        _collect(inner, found)


def _inside(type_: types.Type) -> Iterable[types.Type]:
    match type_:
        case types.StructType():
            return [part.type for part in type_.fields]
        case types.ListType():
            return [type_.item_type]
        case types.TupleType():
            return type_.item_types
        case types.DictType():
            return [type_.key_type, type_.value_type]
        case types.UnionType():
            return type_.types
    return []
