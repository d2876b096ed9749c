"""Taking back what a stopped ``apply`` had begun, so that the tables are as they were before it began."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from honeytokens.model import Placement, PlacementState
from honeytokens.systems.interface import HospitalAdapter
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home

_CUT_SHORT = (PlacementState.WRITING, PlacementState.REWRITING)


@dataclass(slots=True)
class UndoReport:
    """How many steps were taken back; ``problems`` has one line for each that was left as it is."""

    undone: int = 0
    problems: list[str] = field(default_factory=list)


def undo(home: Home, campaign: str | None = None) -> UndoReport:
    """Take back every planting and rewriting that was cut short: a decoy is planned again, a street is the former one.

    What was finished stays; ``withdraw`` takes that out. Can itself be cut short and run again.
    """
    report = UndoReport()
    with home.writing():
        chosen = home.registry.campaign(campaign).name if campaign else None
        cut_short = [one for one in home.registry.placements(chosen) if one.state in _CUT_SHORT]
        for system in dict.fromkeys(one.system for one in cut_short):
            with open_system(home.registry.system(system)) as adapter:
                adapter.check()
                for placement in cut_short:
                    if placement.system == system:
                        _undo(home, adapter, placement, report)
    home.registry.log(home.now(), "undo", f"undone {report.undone}")
    return report


def _undo(home: Home, adapter: HospitalAdapter, placement: Placement, report: UndoReport) -> None:
    settled = replace(placement, begun=None, intended=(), intended_version=None)
    if placement.state is PlacementState.WRITING:
        states = adapter.state(placement.rows)
        if any(state.standing == "changed" for state in states):
            report.problems.append(f"{placement.ref} was changed by someone: withdraw it with --include-changed")
            return
        adapter.remove([state.row for state in states if state.standing == "same"])
        home.registry.save(replace(settled, state=PlacementState.PLANNED, rows=()))
    else:
        before, intended = placement.rows[0], placement.intended[0]
        [state, *history] = adapter.state((intended, *placement.intended[len(placement.rows) :]))
        if state.standing == "same" and before != intended:
            changes = {name: value for name, value in before.values.items() if intended.values.get(name) != value}
            adapter.rewrite(intended, changes)
        elif adapter.state((before,))[0].standing != "same":
            report.problems.append(f"{placement.ref} was changed by someone: run verify")
            return
        adapter.remove([one.row for one in history if one.standing == "same"])
        home.registry.save(replace(settled, state=PlacementState.PLANTED))
    report.undone += 1
