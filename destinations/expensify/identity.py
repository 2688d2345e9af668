"""What of Expensify is a company's alone: the policies that its people are in.

A policy's id is one of all of Expensify's, so it is the same policy whichever account reaches it; and one account may have several
companies' policies.
"""

from collections.abc import Callable, Collection, Sequence

from destinations.expensify.records import stated_policies
from destinations.expensify.settings import Settings
from destinations.identity import Identity, same_place
from resources.environment import EnvText


def identities(settings: Settings, value: Callable[[EnvText], str], given: Collection[str] = ()) -> Sequence[Identity]:
    """By the settings.

    Args:
        settings: Expensify's part of them.
        value: What one of them says.
        given: Policies that HR's file names; a cell may hold anything, so these go without their names.
    """
    stated = stated_policies(settings.feed)
    found = keys(settings, value, {*stated, *given})
    return [Identity(f"policy {policy}" if policy in stated else "policy", key) for key, policy in found.items()]


def keys(settings: Settings, value: Callable[[EnvText], str], policies: Collection[str]) -> dict[str, str]:
    """What names each of these policies among all companies → the policy."""
    url = value(settings.connection.url)
    return {same_place(url, policy): policy for policy in sorted(policies)}
