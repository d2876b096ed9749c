"""The policies of a campaign: what the operator asked for, held against what there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from honeytokens.errors import PlanRefusedError
from honeytokens.locales import ceiling_of
from honeytokens.model import CHOICES, DEMO, Policies, Policy, PoolKind, PoolShare, Recipe
from honeytokens.profiles import Codes, decode

POOL_OF: Mapping[str, PoolKind] = {
    "phone": PoolKind.PHONE,
    "email": PoolKind.MAIL,
    "web_link": PoolKind.WEB,
    "local_id": PoolKind.LOCAL_ID,
}
"""The pool that the values of a field come from where they are owned."""


def with_policies(recipe: Recipe, asked: Mapping[str, Policy], *, demo: bool = False) -> Recipe:
    """Return a recipe whose policies are written down, field by field, and that holds nothing that they do not use.

    ``recipe`` holds every pool's share and every practitioner that there is. What is not asked for is ``owned`` where
    there is something owned and empty elsewhere, or the reserved ranges of the ``demo``. Raises
    :class:`PlanRefusedError` for a policy that a field, the locale or the pools do not allow.
    """
    for field, policy in asked.items():
        _check(recipe, field, policy, demo=demo)
    chosen = replace(DEMO if demo else Policies(), **asked)
    unowned = [field for field in CHOICES if getattr(chosen, field) is Policy.OWNED and not _owned(recipe, field)]
    chosen = replace(chosen, **dict.fromkeys(unowned, Policy.EMPTY))
    used = {kind for field, kind in POOL_OF.items() if getattr(chosen, field) is Policy.OWNED}
    return replace(
        recipe,
        policies=chosen,
        shares=tuple(share for share in recipe.shares if share.pool.kind in used),
        practitioners=recipe.practitioners if chosen.practitioner is Policy.OWNED else (),
    )


def kinds_left_empty(asked: Mapping[str, Policy]) -> set[PoolKind]:
    """Return the kinds of pools of which no share need be taken: the operator wants their fields empty."""
    return {POOL_OF[field] for field, policy in asked.items() if policy is Policy.EMPTY and field in POOL_OF}


def _check(recipe: Recipe, field: str, policy: Policy, *, demo: bool) -> None:
    if field not in CHOICES:
        raise PlanRefusedError(f"{field} has no policy", f"Name one of: {', '.join(CHOICES)}")
    if policy not in CHOICES[field]:
        raise PlanRefusedError(f"{field} cannot be {policy}", f"Choose one of: {', '.join(CHOICES[field])}")
    if policy is Policy.RESERVED and not demo:
        raise PlanRefusedError(
            f"Anybody recognises a reserved {field.replace('_', ' ')}", "Choose another policy, or use --demo"
        )
    if policy is Policy.ABOVE_CEILING and ceiling_of(recipe.locale) is None:
        raise PlanRefusedError(
            f"Locale {recipe.locale} has no ceiling above which national numbers are nobody's", f"Leave {field} empty"
        )
    if policy is Policy.GAPS and not isinstance(_shape(recipe, field), Codes):
        raise PlanRefusedError(
            f"No profile shows how the host numbers its {field}", "Learn one with: honeytokens profile SYSTEM"
        )
    if policy is Policy.OWNED and not _owned(recipe, field):
        raise PlanRefusedError(f"There is nothing that you own for {field}", _remedy(field))


def _shape(recipe: Recipe, field: str) -> object:
    column = decode(recipe.profile).columns.get(field)
    return column.shape if column else None


def _owned(recipe: Recipe, field: str) -> Sequence[object]:
    """Return what the operator owns that decoys' values of a field may come from."""
    if field == "practitioner":
        return recipe.practitioners
    shares: list[PoolShare] = [share for share in recipe.shares if share.pool.kind is POOL_OF.get(field)]
    return shares


def _remedy(field: str) -> str:
    if field == "practitioner":
        return "List the site's own with: honeytokens establishment practitioners"
    return f"Add a pool with: honeytokens pool add {POOL_OF[field]}"
