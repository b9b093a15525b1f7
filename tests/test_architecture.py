"""The arrows: bot → handlers → domain ← storage ← bot. Read from the code, never loosened."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("bot", "handlers", "domain", "storage")

#: what each layer may import of the others
ALLOWED = {
    "bot": {"bot", "handlers", "domain", "storage"},
    "handlers": {"handlers", "domain"},
    "storage": {"storage", "domain"},
    "domain": {"domain"},
}
#: libraries that one place alone may see: library → where
CONFINED = {
    "aiohttp": ("bot/",),
    "wechatpy": ("bot/",),
    "apscheduler": ("bot/",),
    "structlog": ("bot/",),
    "typer": ("bot/",),
    "rich": ("bot/",),
    "pydantic_settings": ("bot/",),
    "prometheus_client": ("bot/",),
    "sqlalchemy": ("storage/",),
    "alembic": ("storage/",),
    "aiosqlite": ("storage/",),
    "asyncpg": ("storage/",),
    "sqlite3": ("storage/",),
    "python_calamine": ("storage/",),
    "openpyxl": ("storage/",),
    "rapidfuzz": ("storage/", "handlers/"),
    "holidays": ("storage/holiday_library",),
    "cryptography": ("storage/", "bot/"),
    "jieba": ("handlers/understand",),
    "pypinyin": ("handlers/understand",),
}
#: what domain may import beyond itself
DOMAIN_LIBRARIES = {"pydantic", "pydantic_core", "stdnum"}


def sources(layer: str) -> Iterator[Path]:
    return (ROOT / layer).rglob("*.py")


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every imported module with its line; imports inside functions count too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.module or "", node.lineno


@pytest.mark.parametrize("layer", LAYERS)
def test_arrows_point_one_way(layer: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {module}"
        for path in sources(layer)
        for module, line in imports(path)
        if module.split(".")[0] in LAYERS and module.split(".")[0] not in ALLOWED[layer]
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", LAYERS)
def test_each_library_is_seen_in_its_own_place_only(layer: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {module}"
        for path in sources(layer)
        for module, line in imports(path)
        if (places := CONFINED.get(module.split(".")[0]))
        and not path.relative_to(ROOT).as_posix().startswith(places)
    ]
    assert wrong == []


def test_the_domain_uses_pure_libraries_only() -> None:
    import sys

    allowed = DOMAIN_LIBRARIES | {"domain"} | set(sys.stdlib_module_names)
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {module}"
        for path in sources("domain")
        for module, line in imports(path)
        if module.split(".")[0] not in allowed
    ]
    assert wrong == []


def test_no_product_code_imports_the_tests() -> None:
    wrong = [
        str(path)
        for layer in LAYERS
        for path in sources(layer)
        for module, _ in imports(path)
        if module.split(".")[0] == "tests"
    ]
    assert wrong == []


def test_handlers_and_storage_meet_only_where_the_house_is_put_together() -> None:
    """Only these files of the shell may know both sides."""
    both = {
        path.relative_to(ROOT).as_posix()
        for path in sources("bot")
        if {"handlers", "storage"} <= {module.split(".")[0] for module, _ in imports(path)}
    }
    assert both <= {"bot/app.py", "bot/pipeline.py"}
