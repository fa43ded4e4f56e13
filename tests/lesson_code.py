"""Take a function or a value from the source of a lesson, so that a test can hold it beside the package."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from course_utils import settings


def assigned(lesson: str, name: str, **names: Any) -> Any:
    """Return what `lesson` assigns to `name` first, computed with `names` as the names around it."""
    for node in ast.walk(_tree(lesson)):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return eval(compile(ast.Expression(node.value), lesson, "eval"), dict(names))
    raise LookupError(f"lesson {lesson} assigns nothing to {name}")


def defined(lesson: str, name: str, **names: Any) -> Any:
    """Return the function or class `name` that `lesson` defines first, with `names` as the names around it."""
    for node in ast.walk(_tree(lesson)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            around = dict(names)
            exec(compile(ast.Module([node], []), lesson, "exec"), around)
            return around[name]
    raise LookupError(f"lesson {lesson} defines no function or class {name}")


def ran(lesson: str, holds: str, **names: Any) -> dict[str, Any]:
    """Run the first cell of `lesson` that contains `holds`, with `names` as the names around it; return all names."""
    cells = _path(lesson).read_text(encoding="utf-8").split("\n# %%")
    for cell in cells:
        head, _, code = cell.partition("\n")
        if holds in code and "[markdown]" not in head:
            around = dict(names)
            exec(compile(code, lesson, "exec"), around)
            return around
    raise LookupError(f"no cell of lesson {lesson} contains {holds!r}")


def _path(lesson: str) -> Path:
    return settings.repository() / "notebooks" / "source" / f"{lesson}.py"


def _tree(lesson: str) -> ast.Module:
    return ast.parse(_path(lesson).read_text(encoding="utf-8"))
