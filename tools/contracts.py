"""Contracts for import-linter: which rooms may import a library, and which rooms one room may import."""

from __future__ import annotations

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Confined(Contract):
    """``libraries`` are lines such as ``httpx: service syncing``: a library, then the rooms that may import it.

    A line may also name one of our own packages with its whole name. Its modules import each other freely.
    """

    type_name = "confined"

    libraries: Any = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - the interface
        """Find every import of a library by a module outside of its rooms."""
        root = self.session_options["root_packages"][0]
        wrong = []
        for line in self.libraries:
            library, _, rooms = line.partition(":")
            if library not in graph.modules:
                wrong.append(f"{library} is imported by nothing")
                continue
            allowed = (library, *(f"{root}.{room}" for room in rooms.split()))
            wrong += [
                f"{module} imports {imported}"
                for imported in sorted(graph.modules)
                if _is_in(imported, (library,))
                for module in sorted(graph.find_modules_that_directly_import(imported))
                if not _is_in(module, allowed)
            ]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the imports that are not allowed."""
        for line in check.metadata["wrong"]:
            output.print_error(line)


class Only(Contract):
    """``room`` imports directly no other room of the package than ``rooms``."""

    type_name = "only"

    room: Any = fields.StringField()
    rooms: Any = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - the interface
        """Find every import of another room."""
        root = self.session_options["root_packages"][0]
        inside = (f"{root}.{self.room}",)
        allowed = (*inside, *(f"{root}.{room}" for room in self.rooms))
        wrong = [
            f"{module} imports {imported}"
            for module in sorted(graph.modules)
            if _is_in(module, inside)
            for imported in sorted(graph.find_modules_directly_imported_by(module))
            if imported.startswith(f"{root}.") and not _is_in(imported, allowed)
        ]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the imports that are not allowed."""
        for line in check.metadata["wrong"]:
            output.print_error(line)


def _is_in(module: str, rooms: tuple[str, ...]) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)
