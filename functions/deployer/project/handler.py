"""The function in a source file that Lambda is to call."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PYTHON_FILES: Final = ("lambda_function.py", "app.py", "handler.py", "main.py", "index.py")
NODE_FILES: Final = tuple(
    f"{stem}.{ending}" for stem in ("index", "handler") for ending in ("js", "mjs", "cjs", "ts")
)

_PYTHON_NAMES: Final = ("lambda_handler", "handler", "main")
_MAX_CHARACTERS: Final = 400_000

# Strings are matched too, so that what looks like a comment inside of one stays.
_COMMENT_OR_STRING: Final = re.compile(
    r"""/\*.*?(?:\*/|\Z)|//[^\n]*|"(?:[^"\\\n]|\\.?)*+"?|'(?:[^'\\\n]|\\.?)*+'?""", re.DOTALL
)
# Every gap is bounded: these run over hostile text.
_NODE_EXPORT: Final = re.compile(
    r"""\bexport\s{1,9}(?:async\s{1,9})?function\s{0,9}\*?\s{0,9}handler\b
      | \bexport\s{1,9}(?:const|let|var)\s{1,9}handler\b
      | \bexport\s{0,9}\{[^{}]{0,2000}\bhandler\s{0,9}[,}]
      | \bexports\s{0,9}\.\s{0,9}handler\s{0,9}=(?!=)
      | \bexports\s{0,9}\[["']handler["']\]\s{0,9}=(?!=)
      | \bmodule\.exports\s{0,9}=\s{0,9}\{(?:[^{}]{0,2000}[\s,])?handler\s{0,9}[,:}(]
    """,
    re.VERBOSE,
)


def node_handler(text: str) -> str | None:
    """`handler` when the JavaScript or TypeScript module exports it."""
    code = _COMMENT_OR_STRING.sub(_without_comment, text[:_MAX_CHARACTERS])
    return "handler" if _NODE_EXPORT.search(code) else None


def _without_comment(match: re.Match[str]) -> str:
    return " " if match[0].startswith("/") else match[0]


def python_handler(text: str) -> str | None:
    """The name of the module's handler: a function of two arguments, a decorated one, or what the name is given.

    Lambda does not await: an `async def` counts only where a decorator may make a plain function of it.
    """
    names = set(_python_handlers(text[:_MAX_CHARACTERS]))
    return next((name for name in _PYTHON_NAMES if name in names), None)


def _python_handlers(text: str) -> Iterator[str]:
    for statement in _statements(text):
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and _is_callable_by_lambda(statement):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from _handlers(target.id for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.ImportFrom):
            yield from _handlers(name.asname or name.name for name in statement.names)


def _handlers(names: Iterable[str]) -> Iterator[str]:
    """`main = ...` is no handler, `handler = Mangum(app)` is."""
    return (name for name in names if name.endswith("handler"))


def _statements(text: str) -> list[ast.stmt]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are the author's business
            return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _is_callable_by_lambda(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    if function.decorator_list:
        return True
    positional = len(function.args.posonlyargs) + len(function.args.args)
    takes_two = positional - len(function.args.defaults) <= 2 <= positional or (
        function.args.vararg is not None and positional <= 2
    )
    return takes_two and isinstance(function, ast.FunctionDef)
