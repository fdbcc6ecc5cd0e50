"""Purchase rules: what may be bought without approval.

An image is paid for at its first download in full size. The exact count is therefore known, and compared with the
limits, when all images have ended and before the first is bought. A lower bound is checked before anything is sent.
Pictures in dev mode cost nothing and are not counted.
"""

from __future__ import annotations

from dataclasses import replace

from daemon.order import facts as f
from daemon.order.changes import also_held, held, progress, released
from daemon.order.hold import HoldKind
from daemon.order.image import NOT_WANTED, Image, ImageState
from daemon.order.order import Order
from daemon.order.phase import RESTING, Phase
from daemon.order.picking import pickable
from daemon.order.plan import grouping_request, with_note
from daemon.order.policy import Policy
from daemon.order.problem import Code, Trouble
from daemon.order.purchase import LimitCheck
from daemon.order.several import asking, described
from daemon.shoot.sets import MOST_BRACKETS

LEAST_WAIT = 60.0
"""The minimum time in seconds between two checks of the daily limit, so that a wrong clock cannot cause a busy loop."""


WAYS_OUT = (
    "`bracketd approve` buys them anyway, `bracketd retry` checks the limits again, "
    "`bracketd dismiss` ends the order without buying them"
)
SOONER = "`bracketd approve` buys them now, `bracketd dismiss` ends the order without buying them"


def locked(order: Order, fact: f.Locked, _now: float, policy: Policy) -> Order:
    """Hold a shoot before it is sent: it is doubtful, looks like several properties, or has more images than allowed.

    A shoot that looks like several properties is held only if the settings say so; otherwise the order says it.
    """
    order, was = with_note(order), order.phase
    if fact.several is not None and fact.several.ask and order.stage is Phase.SETTLED:
        order = also_held(order, Trouble(Code.SEVERAL_PROPERTIES, asking(fact.several)), HoldKind.PROPERTIES)
    elif fact.several is not None:
        order = replace(order, source=replace(order.source, several=described(fact.several)))
    if fact.doubt is not None and was is Phase.SETTLED:
        return also_held(order, Trouble(Code.DOUBTFUL_PHOTOS, fact.doubt.why), HoldKind.DOUBT)
    return held_if_too_large(order, policy)


def held_if_too_large(order: Order, policy: Policy) -> Order:
    """Hold an order before it is sent if even its lowest possible number of images is over the limit."""
    most, fewest = policy.limits.images_per_order, fewest_images(order)
    free = order.purchase.approved or order.preset.dev_mode
    if order.phase is not Phase.SETTLED or most is None or fewest <= most or free:
        return order
    why = f"its {len(order.sent)} brackets will become at least {fewest} images"
    return _over(order, f"{_too_many(order, why, 'order', most)} {WAYS_OUT}")


def reckoned(order: Order, fact: f.Reckoned, now: float, policy: Policy) -> Order:
    """Allow the purchase of the images if it is within every limit or approved; otherwise hold the order or wait."""
    if order.phase is not Phase.DOWNLOADING or order.purchase.within_limits:
        return order
    if order.purchase.over_limit:  # the order waited for the next day
        order = replace(order, purchase=order.purchase.lifted(), troubles=())
    allowed = replace(order, purchase=replace(order.purchase, check=LimitCheck.WITHIN))
    if order.purchase.approved:
        return progress(allowed, now)
    if (why := _passed(order, fact, policy)) is not None:
        return _over(order, why)
    if (why := _passed_today(order, fact, policy)) is None:
        return progress(allowed, now)
    if fact.tomorrow is None:
        return _over(order, f"{why} {WAYS_OUT}")
    wait = min(max(fact.tomorrow - now, LEAST_WAIT), policy.limit_probe)
    why = f"{why} The order continues automatically tomorrow. {SOONER}"
    order = replace(order, troubles=(Trouble(Code.LIMIT_TODAY, why),), due=now + wait)
    return _stopped(order)


def _passed(order: Order, fact: f.Reckoned, policy: Policy) -> str | None:
    """The message about a limit that the order would exceed even on the next day; None if there is none."""
    new, limits = to_buy(order), policy.limits
    whole = sum(image.state not in (ImageState.FAILED, *NOT_WANTED) for image in order.images)
    this_month = f"its {_images(new)} would make {fact.month + new} this month"
    sums = (
        ("order", limits.images_per_order, whole, f"it has {_images(whole)}"),
        ("day", limits.images_per_day, new, f"it has {_images(new)} to buy"),
        ("month", limits.images_per_month, fact.month + new, this_month),
    )
    over = (_too_many(order, why, of, most) for of, most, number, why in sums if most is not None and number > most)
    return next((f"{why} {WAYS_OUT}" for why in over), None)


def _passed_today(order: Order, fact: f.Reckoned, policy: Policy) -> str | None:
    """The message that the order would exceed today's limit; None if it would not."""
    new, most = to_buy(order), policy.limits.images_per_day
    if most is None or fact.today + new <= most:
        return None
    return _too_many(order, f"its {_images(new)} would make {fact.today + new} today", "day", most)


def _too_many(order: Order, why: str, of: str, most: int) -> str:
    more = " more" if any(image.fetched_at is not None for image in order.images) else ""
    return f"{why}, and limits.images_per_{of} is {most}. Nothing{more} was bought."


def _images(number: int) -> str:
    return "1 image" if number == 1 else f"{number} images"


def _over(order: Order, why: str) -> Order:
    return _stopped(held(order, Trouble(Code.OVER_LIMIT, why)))


def _stopped(order: Order) -> Order:
    """The order after a limit stopped it."""
    return replace(order, purchase=replace(order.purchase, check=LimitCheck.OVER))


def waits_for_tomorrow(order: Order) -> bool:
    """True if an order waits only because of the daily limit."""
    return order.phase is Phase.DOWNLOADING and order.purchase.over_limit


def approved(order: Order, fact: f.Approved, now: float, policy: Policy) -> Order:
    """Apply an approval: a held order continues, and an order that was held at a limit may exceed every limit.

    With images in ``fact``, only these are bought, also of an order that was delivered without them.

    An approved order in progress may also exceed every limit; if it waits for the next day, it continues now. Limits
    still apply to a supplement that was held because it came late.
    """
    if fact.only:
        return _picked(order, frozenset(fact.only), now, policy)
    if order.phase is Phase.HELD:
        after = released(order, now)
        may_pass = order.purchase.approved or order.purchase.over_limit
        seen = order.purchase.accepted or order.is_in(Code.MISGROUPED) or order.is_in(Code.WAITS_FOR_CHOICE)
        purchase = replace(after.purchase, approved=may_pass, accepted=seen)
        return held_if_too_large(replace(after, purchase=purchase), policy)
    if order.phase in RESTING or order.purchase.approved:
        return order
    after = replace(order, purchase=replace(order.purchase.lifted(), approved=True))
    return replace(after, troubles=(), due=now) if waits_for_tomorrow(order) else after


def _picked(order: Order, only: frozenset[str], now: float, policy: Policy) -> Order:
    """Buy only some images. Those of a delivered order are compared with the limits again.

    The caller must ensure that no download is running when it records this fact.
    """
    if not only & frozenset(pickable(order)):
        return order
    picked = replace(order, images=tuple(_decided(image, image.id in only) for image in order.images))
    if order.phase is Phase.HELD:
        return approved(picked, f.Approved(), now, policy)
    purchase = replace(order.purchase, check=LimitCheck.NOT_CHECKED, accepted=True)
    return replace(picked, standing=Phase.DOWNLOADING, purchase=purchase, troubles=(), due=now)


def _decided(image: Image, wanted: bool) -> Image:
    if image.state is ImageState.NOT_PICKED and wanted:
        return replace(image, state=ImageState.PROCESSED, failures=0)
    open_image = image.state is ImageState.PROCESSED and image.fetched_at is None
    return replace(image, state=ImageState.NOT_PICKED) if open_image and not wanted else image


def to_buy(order: Order) -> int:
    """How many images an order would buy now. A bought image whose file was lost does not count."""
    return sum(image.state is ImageState.PROCESSED and image.fetched_at is None for image in order.images)


def must_reckon(order: Order) -> bool:
    """True if there are images to buy that have not been compared with the limits yet."""
    return not (order.purchase.within_limits or order.preset.dev_mode) and to_buy(order) > 0


def fewest_images(order: Order) -> int:
    """The minimum number of images that an order's brackets can become."""
    request = grouping_request(order)
    return len(request.sets) if request.sets else -(-len(order.sent) // (request.per_image or MOST_BRACKETS))
