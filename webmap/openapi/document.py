"""The OpenAPI document of the table."""

import re
from typing import Any

from werkzeug.routing import Map

from webmap.openapi.table import OPERATIONS, Asked, Operation

_REFUSALS = {
    400: "Badly put: the field at fault is named",
    403: "Not shown to the public",
    404: "There is no such thing, or the spot lies outside the city",
    422: "Understood, but cannot be: the field at fault is named",
    429: "Asked too often: Retry-After says when to come back",
    503: "The city's records cannot be reached just now",
}
_PROBLEM = {
    "type": "object",
    "description": "A problem (RFC 9457)",
    "required": ["title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "A sentence in the language asked for"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "field": {"type": "string", "description": "The parameter at fault"},
    },
}
_PLACEHOLDER = re.compile(r"<(?:[a-z]+:)?(\w+)>")


def describe(addresses: Map, title: str, server: str) -> dict[str, Any]:
    """The document: addresses are the application's own, so that it cannot tell of one that is not there."""
    rules = {rule.endpoint: rule.rule for rule in addresses.iter_rules()}
    paths = {
        _PLACEHOLDER.sub(r"{\1}", rules[operation.endpoint]): {"get": _operation(operation)}
        for operation in OPERATIONS
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": "1",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": {"Problem": _PROBLEM}},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    content = {operation.answer: {"schema": operation.schema or {"type": "object"}}}
    if operation.answer.endswith("vector-tile"):
        content = {operation.answer: {"schema": {}}}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refusals = sorted({*operation.refusals, 429, 503})
    return {
        "operationId": operation.endpoint.replace(".", "_"),
        "summary": operation.told,
        "parameters": [_parameter(each) for each in operation.asked],
        "responses": {
            "200": {"description": operation.told, "content": content},
            **{str(status): {"description": _REFUSALS[status], "content": problem} for status in refusals},
        },
    }


def _parameter(asked: Asked) -> dict[str, Any]:
    return {
        "name": asked.name,
        "in": asked.place,
        "description": asked.told,
        "required": asked.is_needed,
        "schema": asked.schema,
    }
