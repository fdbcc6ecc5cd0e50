"""Plans a rebuilt order again from its photos, so that its images are compared with the planned ones before paying."""

from __future__ import annotations

from dataclasses import replace

from daemon.errors import ConfigError
from daemon.order import Order
from daemon.photos.choosing import Chosen
from daemon.photos.contents import look_into
from daemon.photos.own import Own, own_or_mistake
from daemon.photos.sending import planned, sending, settings_of


def planned_again(order: Order) -> Order:
    """The order with the plan that its photos have today, and the shoot's own settings.

    Returns the order unchanged if it has a plan, if one of its photos cannot be read, or if the settings of today would
    not send exactly its photos: then it is not known what was planned. Only a person then chooses what is bought, if
    the shoot's own settings say so, list what to buy, or cannot be used.
    """
    if order.plan or not order.sent:
        return order
    folder, brackets = order.source.folder, tuple(order.brackets[number] for number in order.sent)
    try:
        inside = look_into(folder, tuple(bracket.path for bracket in brackets))
        own = own_or_mistake(folder)
    except (OSError, ValueError):  # a damaged row may name a folder that no disk can hold
        return order
    usual = order.preset
    preset = usual.with_own(own.fields(settings_of(usual).mode)) if isinstance(own, Own) else usual
    chosen = Chosen(brackets, order.unsent.left_out_why, None, {path: one.frame for path, one in inside.items()})
    found = sending(chosen, brackets, order.unsent.left_out_why, preset, own)
    plan = planned(found, order.brackets)
    if found.mistake is not None or sorted(n for one in plan for n in one.brackets) != sorted(order.sent):
        return _asking(order, own)
    return replace(order, plan=plan, preset=replace(preset, keep=found.keep))


def _asking(order: Order, own: Own | ConfigError | None) -> Order:
    """The order, with a person's choice if the shoot's own settings may restrict what is bought."""
    restricts = isinstance(own, ConfigError) or (own is not None and (own.settings.buy == "ask" or own.settings.keep))
    return replace(order, preset=replace(order.preset, buy="ask")) if restricts else order
