"""What runs unattended, as often as a hospital admits patients: the arrival guard, then everything that is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from honeytokens.errors import HoneytokensError
from honeytokens.model import HospitalSystem
from honeytokens.workflows.apply import ApplyReport, apply
from honeytokens.workflows.arrivals import STANDING, Arrival, arrivals
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home
from honeytokens.workflows.pace import Pace
from honeytokens.workflows.withdraw import WithdrawReport, withdraw_one


@dataclass(slots=True)
class TickReport:
    """What one tick did.

    ``arrived`` are the decoys beside which a real patient came, ``withdrawn`` how many of these were taken out;
    ``problems`` has one line for each that could not be, and for each system that could not be looked at.
    """

    applied: ApplyReport = field(default_factory=ApplyReport)
    arrived: list[Arrival] = field(default_factory=list)
    withdrawn: int = 0
    problems: list[str] = field(default_factory=list)


def tick(home: Home, *, rate: float | None = None, on_progress: Callable[[int], None] | None = None) -> TickReport:
    """Take out every decoy beside which a real patient has come, then plant and rewrite what is due.

    The guard looks at every system before anything is planted in one; a system that cannot be reached does not keep
    the others from being guarded. ``rate`` is in rows a second.
    """
    report = TickReport()
    with home.writing():
        for system in home.registry.systems():
            try:
                _guard(home, system, report, Pace(rate))
            except HoneytokensError as error:
                report.problems.append(f"{system.name} was not guarded: {error}")
    home.registry.log(home.now(), "tick", f"arrived {len(report.arrived)}, withdrawn {report.withdrawn}")
    try:
        report.applied = apply(home, rate=rate, on_progress=on_progress)
    except HoneytokensError as error:
        report.problems.append(str(error))
    return report


def _guard(home: Home, system: HospitalSystem, report: TickReport, pace: Pace) -> None:
    placements = [one for one in home.registry.placements() if one.system == system.name and one.state in STANDING]
    if not placements:
        return
    with open_system(system) as adapter:
        adapter.check()
        found = arrivals(home, adapter, placements)
        taken = WithdrawReport()
        for placement in placements:
            if placement.id in found:
                withdraw_one(home, adapter, placement, taken)
                pace.wrote(len(placement.rows))
    report.arrived += found.values()
    report.withdrawn += taken.withdrawn
    report.problems += [
        f"{ref} stands beside a real patient and was not taken out: {why}" for ref, why in taken.refused
    ]
