"""Taking decoys out again: exactly the rows that were written, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from honeytokens.model import DecoyRef, Placement, PlacementState
from honeytokens.systems.interface import HospitalAdapter, RowState
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home
from honeytokens.workflows.pace import Pace

_BATCH = 50


@dataclass(slots=True)
class WithdrawReport:
    """What one run of withdraw did.

    ``refused`` names decoys left in place, each with the reason; ``residues`` what no one can undo, in words.
    """

    withdrawn: int = 0
    rows: int = 0
    cancelled: int = 0
    refused: list[tuple[DecoyRef, str]] = field(default_factory=list)
    residues: list[str] = field(default_factory=list)


def withdraw(
    home: Home,
    campaign: str | None = None,
    *,
    include_changed: bool = False,
    preview: bool = False,
    rate: float | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> WithdrawReport:
    """Delete the rows of every decoy of one campaign or of all; cancel those not yet planted.

    A decoy to which someone else's rows refer is refused, and one that someone changed too unless
    ``include_changed``. With ``preview`` nothing is written. A run that was cut short is finished by the next one.
    ``rate`` is in rows a second.
    """
    report, pace = WithdrawReport(), Pace(rate)
    with home.writing():
        names = [home.registry.campaign(campaign).name] if campaign else [c.name for c in home.registry.campaigns()]
        placements = [placement for name in names for placement in home.registry.placements(name)]
        live = [placement for placement in placements if placement.state is not PlacementState.WITHDRAWN]
        live.sort(key=lambda placement: (placement.system, placement.id))
        for system_name, group in groupby(live, key=lambda placement: placement.system):
            with open_system(home.registry.system(system_name)) as adapter:
                adapter.check()
                for placement, linked in _asked(adapter, list(group)):
                    withdraw_one(
                        home,
                        adapter,
                        placement,
                        report,
                        linked=linked,
                        include_changed=include_changed,
                        preview=preview,
                    )
                    pace.wrote(0 if preview else len(placement.rows))
                    if on_progress:
                        on_progress(1)
                report.residues += adapter.residues()
    if not preview:
        home.registry.log(home.now(), "withdraw", f"withdrawn {report.withdrawn}, rows {report.rows}")
    return report


def _asked(adapter: HospitalAdapter, placements: Sequence[Placement]) -> Iterator[tuple[Placement, bool]]:
    """Yield each placement, and whether rows of the hospital may refer to it: asked for many at once first.

    A column without an index costs the reading of its whole table each time.
    """
    for first in range(0, len(placements), _BATCH):
        batch = placements[first : first + _BATCH]
        linked = bool(adapter.links([row for placement in batch for row in (*placement.rows, *placement.intended)]))
        yield from ((placement, linked) for placement in batch)


def withdraw_one(
    home: Home,
    adapter: HospitalAdapter,
    placement: Placement,
    report: WithdrawReport,
    *,
    linked: bool = True,
    include_changed: bool = False,
    preview: bool = False,
) -> None:
    """Take one decoy out, or cancel it, and add to ``report`` what was done or why it was refused.

    The caller holds the home's writing lock, and has checked the adapter; ``linked`` is false when it has seen already
    that nothing refers to the decoy.
    """
    if placement.state is PlacementState.PLANNED:
        report.cancelled += 1
        if not preview:
            home.registry.save(replace(placement, state=PlacementState.WITHDRAWN))
        return
    states = _states(adapter, placement)
    ours = [state for state in states if state.standing in ("same", "changed")]
    if reason := _refusal(adapter, states, ours, linked, include_changed=include_changed):
        report.refused.append((placement.ref, reason))
        return
    report.withdrawn += 1
    report.rows += len(ours)
    if preview:
        return
    home.registry.save(replace(placement, state=PlacementState.WITHDRAWING))
    adapter.remove([state.row for state in ours])
    home.registry.save(replace(placement, state=PlacementState.WITHDRAWN, withdrawn=home.now()))


def _states(adapter: HospitalAdapter, placement: Placement) -> list[RowState]:
    """Return the state of each row; a rewriting that was cut short may have reached the patient's row or not."""
    states = adapter.state(placement.rows)
    if placement.intended and states[0].standing == "changed":
        states[0] = adapter.state(placement.intended[:1])[0]
    # A row of its history whose key somebody else has by now was never written.
    history = adapter.state(placement.intended[len(placement.rows) :]) if placement.intended else []
    return [*states, *(state for state in history if state.standing in ("same", "changed"))]


def _refusal(
    adapter: HospitalAdapter, states: list[RowState], ours: list[RowState], linked: bool, *, include_changed: bool
) -> str | None:
    if linked and (links := adapter.links([state.row for state in ours])):
        return f"rows of the hospital refer to it: {', '.join(links)}"
    replaced = dict.fromkeys(state.row.table for state in states if state.standing == "foreign")
    if replaced and not include_changed:
        return (
            f"another row has its key in {', '.join(replaced)} now, or it was changed beyond recognition: look at it"
            " (--include-changed withdraws the rest and never touches that row)"
        )
    changed = [f"{state.row.table}.{column}" for state in ours for column in state.columns]
    if changed and not include_changed:
        return f"someone changed {', '.join(changed)} (withdraw it all the same with --include-changed)"
    return None
