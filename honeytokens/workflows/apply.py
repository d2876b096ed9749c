"""Writing what is due to the hospital's systems: new decoys, and new values of stamped fields.

Each step is journalled, durably, before it acts: a decoy's rows with their primary keys before they are inserted, a new
value before it is written. After a crash the next run reads how the rows stand and finishes or takes back each step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from honeytokens.errors import IdentifierTakenError, KeyTakenError, PlantingError
from honeytokens.model import Campaign, Decoy, Establishment, Field, Placement, PlacementState, Stamp, WrittenRow
from honeytokens.systems.interface import HospitalAdapter
from honeytokens.workflows.arrivals import patients_only
from honeytokens.workflows.calendar import due_version, phases
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home
from honeytokens.workflows.homonyms import Population
from honeytokens.workflows.manifests import keep_missing
from honeytokens.workflows.pace import Pace
from honeytokens.workflows.realism import attackable, attacked
from honeytokens.workflows.streets import waiting

_KEY_ATTEMPTS = 20
_CUT_SHORT = (PlacementState.WRITING, PlacementState.REWRITING)


@dataclass(slots=True)
class ApplyReport:
    """What one run of apply did. ``problems`` has one line for each placement that was left as it is.

    ``waiting`` decoys keep their street until its next version, since the one that is due would make two decoys share a
    pair of main fields. ``unattacked`` campaigns were begun without being attacked, for want of scikit-learn.
    """

    planted: int = 0
    rewritten: int = 0
    waiting: int = 0
    resumed: int = 0
    not_due: int = 0
    next_due: datetime | None = None
    problems: list[str] = field(default_factory=list)
    unattacked: list[str] = field(default_factory=list)


def apply(
    home: Home,
    campaign: str | None = None,
    *,
    rate: float | None = None,
    accept_detectable: bool = False,
    only_cut_short: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> ApplyReport:
    """Plant every decoy that is due and rewrite every stamp that is due, of one campaign or of all.

    What is done already is left alone: a second run does nothing. A decoy that would stand beside a patient who came
    since it was planned is cancelled. ``rate`` is in rows a second; with ``only_cut_short`` nothing new is begun.
    Before its first decoy is planted, a campaign's decoys are attacked; of one whose decoys can be told from patients
    nothing is planted, unless ``accept_detectable``, which is recorded. Raises ``PlantingError`` or
    ``SystemUnreachableError`` at the first failure of a system; everything before it is journalled.
    """
    report, pace = ApplyReport(), Pace(rate)
    with home.writing(), ExitStack() as stack:
        campaigns = [home.registry.campaign(campaign)] if campaign else home.registry.campaigns()
        keep_missing(home, campaigns)
        adapters: dict[str, tuple[HospitalAdapter, Population]] = {}
        due = {each.name: _due(home, each, report) for each in campaigns}
        if only_cut_short:
            due = {name: [one for one in found if one[0].state in _CUT_SHORT] for name, found in due.items()}
        for each in campaigns:
            if due[each.name] and each.system not in adapters:
                adapter = stack.enter_context(open_system(home.registry.system(each.system)))
                adapter.check()
                arriving = [(one, due[one.name]) for one in campaigns if one.system == each.system]
                adapters[each.system] = adapter, _population(home, adapter, arriving)
            if due[each.name] and _may_be_planted(home, each, adapters[each.system][0], report, accept_detectable):
                _Applier(home, each, *adapters[each.system], report, pace).run(due[each.name], on_progress)
    home.registry.log(
        home.now(), "apply", f"planted {report.planted}, rewritten {report.rewritten}, resumed {report.resumed}"
    )
    return report


def _may_be_planted(
    home: Home, campaign: Campaign, adapter: HospitalAdapter, report: ApplyReport, accept_detectable: bool
) -> bool:
    """Return whether a campaign's decoys may be planted; those of one that was begun already are not asked about."""
    if any(placement.written for placement in home.registry.placements(campaign.name)):
        return True
    if accept_detectable:
        home.registry.log(home.now(), "apply", f"{campaign.name} was accepted, whether or not its decoys can be told")
        return True
    if not attackable():
        report.unattacked.append(campaign.name)
        return True
    verdict = attacked(home, campaign, adapter, quick=True) if adapter.profiled else None
    if verdict is None or not verdict.detectable:
        return True
    tells = "; ".join([*(f"{one.rule} in {one.column}" for one in verdict.detections), *verdict.tells][:2])
    auc = max(one.auc for one in verdict.attacks)
    report.problems.append(
        f"{campaign.name} was not begun: its decoys can be told from patients (AUC {auc:.2f}"
        f"{': ' if tells else ''}{tells}). See honeytokens realism {campaign.system}; learn the system's profile, give"
        " the fields what they lack (docs/policies.md) and plan anew, or apply with --accept-detectable"
    )
    return False


def _due(home: Home, campaign: Campaign, report: ApplyReport) -> list[tuple[Placement, int]]:
    """Return the placements to work on, each with the version that it should have; count the others."""
    now = home.now()
    placements = home.registry.placements(campaign.name)
    due = []
    for placement, phase in zip(placements, phases(home, campaign, placements), strict=True):
        version = due_version(campaign, placement, phase, now)
        if placement.state is PlacementState.PLANNED and campaign.by_script:
            continue  # an administrator writes it; adopt takes it over
        if placement.state is PlacementState.PLANNED and placement.due > now:
            report.not_due += 1
            report.next_due = min(report.next_due or placement.due, placement.due)
        elif placement.state in (PlacementState.PLANNED, PlacementState.WRITING, PlacementState.REWRITING) or (
            placement.state is PlacementState.PLANTED and version > placement.stamps[-1].version
        ):
            due.append((placement, version))
    return sorted(due, key=lambda pair: (pair[0].due, pair[0].id))


def _population(
    home: Home, adapter: HospitalAdapter, arriving: Sequence[tuple[Campaign, list[tuple[Placement, int]]]]
) -> Population:
    """Return those of the host's own patients who share a birth date with a decoy that is to be planted."""
    born: set[date] = set()
    for campaign, due in arriving:
        serials = [placement.ref.serial for placement, _ in due if placement.state is PlacementState.PLANNED]
        born.update(home.maker(campaign).identities(serials)[Field.BIRTH_DATE])
    people = patients_only(home, adapter, arriving[0][0].system) if born else ()
    return Population.of_host(person for person in people if person[2] in born)


class _Applier:
    """Applies one campaign through one adapter."""

    def __init__(
        self,
        home: Home,
        campaign: Campaign,
        adapter: HospitalAdapter,
        population: Population,
        report: ApplyReport,
        pace: Pace,
    ) -> None:
        self._home, self._adapter, self._population, self._report = home, adapter, population, report
        self._pace = pace
        self._campaign, self._maker = campaign, home.maker(campaign)
        self._establishment: Establishment = home.registry.establishment(campaign.establishment)

    def run(self, due: list[tuple[Placement, int]], on_progress: Callable[[int], None] | None) -> None:
        """Work through the placements in order of their due time."""
        decoys = self._decoys(due)
        moved = [(each.ref.serial, version) for each, version in due if each.state is PlacementState.PLANTED]
        kept = waiting(self._home, self._campaign, moved)
        for placement, version in due:
            decoy = decoys[placement.ref.serial, version]
            if placement.state is PlacementState.PLANNED:
                self._plant_unless_equalled(placement, decoy)
            elif placement.state is PlacementState.WRITING:
                self._resume_planting(placement, decoy)
            elif placement.state is PlacementState.REWRITING:
                self._resume_rewriting(placement)
            elif placement.ref.serial in kept:
                self._report.waiting += 1
            else:
                self._rewrite(placement, decoy)
            if on_progress:
                on_progress(1)

    def _decoys(self, due: list[tuple[Placement, int]]) -> dict[tuple[int, int], Decoy]:
        """Return the decoys by serial and version, made a version at a time: many cost hardly more than one."""
        serials: defaultdict[int, list[int]] = defaultdict(list)
        for placement, version in due:
            serials[version].append(placement.ref.serial)
        return {
            (decoy.ref.serial, version): decoy
            for version, alike in serials.items()
            for decoy in self._maker.decoys(alike, version)
        }

    def _plant_unless_equalled(self, placement: Placement, decoy: Decoy) -> None:
        """Plant a decoy, unless a patient who could be taken for it came since it was planned: then cancel it."""
        if why := self._population.why_not(decoy.identity):
            self._cancel(placement, f"a patient who came since {why}")
        else:
            self._plant(placement, decoy)

    def _cancel(self, placement: Placement, why: str) -> None:
        self._home.registry.save(replace(placement, state=PlacementState.WITHDRAWN, rows=(), begun=None))
        self._report.problems.append(f"{placement.ref} was cancelled: {why}")

    def _plant(self, placement: Placement, decoy: Decoy) -> None:
        now = self._home.now()
        drafts = self._adapter.compose(decoy, self._establishment, now)
        for _ in range(_KEY_ATTEMPTS):
            try:
                rows = self._adapter.reserve(drafts)
            except IdentifierTakenError as taken:
                self._cancel(placement, taken.problem)
                return
            placement = replace(placement, state=PlacementState.WRITING, rows=rows, begun=now)
            self._home.registry.save(placement)
            try:
                written = self._adapter.write(rows)
            except KeyTakenError:
                continue
            self._planted(replace(placement, rows=written))
            self._pace.wrote(len(written))
            return
        raise _no_key(placement)

    def _planted(self, placement: Placement) -> None:
        now = self._home.now()
        stamp = Stamp(0, placement.begun or now, now)
        self._home.registry.save(
            replace(placement, state=PlacementState.PLANTED, stamps=(stamp,), begun=None),
        )
        self._report.planted += 1

    def _resume_planting(self, placement: Placement, decoy: Decoy) -> None:
        """Finish a planting that was cut short: it was done, or nothing of it remains and it is done anew."""
        states = self._adapter.state(placement.rows)
        self._report.resumed += 1
        if all(state.standing == "same" for state in states):
            self._planted(replace(placement, rows=tuple(state.row for state in states)))
            return
        if any(state.standing == "changed" for state in states):
            self._report.problems.append(
                f"{placement.ref} was cut short and then changed by someone: withdraw it with --include-changed"
            )
            return
        self._adapter.remove([state.row for state in states if state.standing == "same"])
        self._plant(placement, decoy)

    def _rewrite(self, placement: Placement, decoy: Decoy) -> None:
        if reason := self._adapter.unfit(decoy, self._establishment, self._home.now()):
            self._report.problems.append(
                f"{placement.ref} keeps its street, for version {decoy.version} does not fit: {reason}"
            )
            return
        patient = placement.rows[0]
        try:
            changes = self._adapter.changes(patient, decoy, self._establishment)
        except PlantingError as error:
            self._report.problems.append(f"{placement.ref} keeps its street: {error}")
            return
        self._begin_rewriting(placement, decoy.version, changes)

    def _begin_rewriting(self, placement: Placement, version: int, changes: dict[str, object]) -> None:
        """Journal what the patient's row and its history are to hold, and write it."""
        now = self._home.now()
        patient = placement.rows[0]
        drafts = self._adapter.history(patient, changes, self._establishment, now) if changes else []
        for _ in range(_KEY_ATTEMPTS):
            history = self._adapter.reserve(drafts) if drafts else ()
            placement = replace(
                placement,
                state=PlacementState.REWRITING,
                begun=now,
                intended=(replace(patient, values=patient.values | changes), *placement.rows[1:], *history),
                intended_version=version,
            )
            self._home.registry.save(placement)
            try:
                self._finish_rewriting(placement)
            except KeyTakenError:
                continue
            return
        raise _no_key(placement)

    def _resume_rewriting(self, placement: Placement) -> None:
        """Finish a rewriting that was cut short: the row holds the intended values already, or still the old ones."""
        self._report.resumed += 1
        before, intended = placement.rows[0], placement.intended[0]
        state, *told = self._adapter.state((intended, *_history(placement)))
        missed = _difference(before, intended).keys() & set(state.columns)
        written = [one.row for one in told if one.standing == "same"]
        # The history is written before the change that it remembers.
        if state.standing in ("same", "changed") and not missed:
            self._rewritten(placement, (intended, *written))
        else:
            self._adapter.remove(written)
            self._begin_rewriting(placement, placement.intended_version or 0, _difference(before, intended))

    def _finish_rewriting(self, placement: Placement) -> None:
        """Write the intended values where the row is still as we left it; leave a row that someone changed alone."""
        before, intended = placement.rows[0], placement.intended[0]
        standing = self._adapter.state((before,))[0].standing
        if standing != "same":
            self._report.problems.append(f"{placement.ref} is {standing} in {before.table}: run verify")
            self._home.registry.save(_settled(placement, placement.rows, placement.stamps))
            return
        # Two versions of a street are alike at times: then there is nothing to write, and the calendar goes on.
        changes = _difference(before, intended)
        rows = self._adapter.rewrite(before, changes, _history(placement)) if changes else (before,)
        self._rewritten(placement, rows)

    def _rewritten(self, placement: Placement, written: tuple[WrittenRow, ...]) -> None:
        """Remember the patient's row as it now is, and the rows of history beside it."""
        now = self._home.now()
        stamp = Stamp(placement.intended_version or 0, placement.begun or now, now)
        rows = (written[0], *placement.rows[1:], *written[1:])
        self._home.registry.save(_settled(placement, rows, (*placement.stamps, stamp)))
        self._report.rewritten += 1


def _no_key(placement: Placement) -> PlantingError:
    return PlantingError(
        f"Other writers took the primary keys of {placement.ref} {_KEY_ATTEMPTS} times",
        "Run apply again when the system is less busy",
    )


def _history(placement: Placement) -> tuple[WrittenRow, ...]:
    """Return the rows of history that a rewriting in progress adds."""
    return placement.intended[len(placement.rows) :]


def _settled(placement: Placement, rows: tuple[WrittenRow, ...], stamps: tuple[Stamp, ...]) -> Placement:
    return replace(
        placement,
        state=PlacementState.PLANTED,
        rows=rows,
        stamps=stamps,
        begun=None,
        intended=(),
        intended_version=None,
    )


def _difference(before: WrittenRow, after: WrittenRow) -> dict[str, object]:
    return {column: value for column, value in after.values.items() if before.values.get(column) != value}
