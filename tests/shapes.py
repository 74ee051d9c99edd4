"""Whether a value has the shape that a TypedDict declares: exactly its keys, each of its type."""

from __future__ import annotations

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict


def fits(value: object, shape: Any) -> bool:
    """`shape` is a TypedDict, a Literal, a union, a list or dict of such, or a plain class."""
    if is_typeddict(shape):
        return _fits_typed_dict(value, shape)
    origin, inner = get_origin(shape), get_args(shape)
    if origin is Literal:
        return value in inner
    if origin in {Union, UnionType}:
        return any(fits(value, each) for each in inner)
    if origin is list:
        return isinstance(value, list) and all(fits(each, inner[0]) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(fits(k, inner[0]) and fits(v, inner[1]) for k, v in value.items())
    return type(value) is shape  # `is`: a bool is no number here


def _fits_typed_dict(value: object, shape: Any) -> bool:
    fields = get_type_hints(shape)
    return (
        isinstance(value, dict)
        and shape.__required_keys__ <= value.keys() <= fields.keys()
        and all(fits(value[name], fields[name]) for name in value)
    )
