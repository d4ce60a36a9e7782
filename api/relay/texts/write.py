"""Who writes what people read: for alerts of our rules this does, all others are told in their own words."""

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType

from activities.store.tellings import Told
from api.alerting.model import VALUE
from api.relay.texts import platform, promises
from api.relay.texts.numbers import number
from api.relay.texts.words import Fired, Said, texts

log = logging.getLogger("shixian.relay")

SAID: Mapping[str, Callable[[Fired], Said]] = MappingProxyType({**promises.SAID, **platform.SAID})


def written(told: Told, decided: Mapping[str, int]) -> Told:
    """Write the texts of a subject. `decided`: cases decided this year by commitment.

    An alert that brings no number is not of our rules, and one of a newer release may have no words here: they stay as they
    are, with whatever line they brought.
    """
    name, brought = told.labels["alertname"], told.annotations
    wording = SAID.get(name)
    if wording is None or VALUE not in brought:
        return told
    fired = Fired(
        labels=told.labels,
        value=number(brought[VALUE]),
        due_at=told.due_at,
        decided=decided.get(told.labels.get("commitment", "")),
    )
    try:
        found = texts(told.severity, told.scope, wording(fired))
    except Exception as error:  # noqa: BLE001  # what cannot be put into words is told in short, never not at all
        log.error("%s cannot be put into words: %s", name, type(error).__name__)
        return told
    return told.model_copy(update={"annotations": {**brought, **found}})
