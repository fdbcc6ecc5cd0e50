from __future__ import annotations

import pytest
from grimp import ImportGraph
from importlinter import Contract

from tools.contracts import Confined, Only


def graph(*imports: tuple[str, str]) -> ImportGraph:
    """A package whose modules import each other like this."""
    found = ImportGraph()
    for importer, imported in imports:
        found.add_import(importer=importer, imported=imported)
    return found


def check(kind: type[Contract], found: ImportGraph, **options: object) -> bool:
    """True if a contract of this kind is kept."""
    session = {"root_packages": ["daemon"]}
    return kind(name="a contract", session_options=session, contract_options=options).check(found, verbose=False).kept


@pytest.mark.parametrize(
    ("importer", "kept"), [("daemon.service.client", True), ("daemon.service", True), ("daemon.services", False)]
)
def test_a_library_is_confined_to_its_rooms(importer: str, kept: bool) -> None:
    """A module outside of a library's rooms breaks the contract, also if its name begins like a room's."""
    found = graph((importer, "httpx"))
    assert check(Confined, found, libraries=["httpx: service syncing"]) is kept


def test_a_library_that_nothing_imports_breaks_the_contract() -> None:
    """A misspelt library is reported."""
    assert not check(Confined, graph(("daemon.service", "httpx")), libraries=["htpx: service"])


@pytest.mark.parametrize(
    ("importer", "imported", "kept"),
    [
        ("daemon.cli.state", "daemon.store.sqlite.reader", True),
        ("daemon.store.sqlite.store", "daemon.store.sqlite.reader", True),
        ("daemon.cli.status", "daemon.store.sqlite.reader", False),
        ("daemon.orders.desk", "daemon.store.sqlite", False),
        ("daemon.store.known", "daemon.store.sqlite.earlier", False),
        ("daemon.store.sqlite.store", "daemon.store.known", True),
    ],
)
def test_a_package_of_ours_is_confined_with_all_its_modules(importer: str, imported: str, kept: bool) -> None:
    """Importing any module of a confined package from outside of the package breaks the contract."""
    found = graph((importer, imported), ("daemon.store.sqlite", "sqlite3"))
    assert check(Confined, found, libraries=["daemon.store.sqlite: app cli.state"]) is kept


@pytest.mark.parametrize(
    ("imported", "kept"),
    [("daemon.exif.tags", True), ("daemon.sandbox.api", True), ("daemon.files", False), ("x", True)],
)
def test_a_room_imports_only_the_rooms_that_it_names(imported: str, kept: bool) -> None:
    """Another room of the package breaks the contract; libraries do not."""
    assert check(Only, graph(("daemon.sandbox.wire", imported)), room="sandbox", rooms=["errors", "exif"]) is kept
