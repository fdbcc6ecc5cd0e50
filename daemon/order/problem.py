"""Stable codes for the problems of an order, each with its meaning and the command that helps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """What is wrong with an order, for programs. Codes are stable; the texts beside them may change."""

    NETWORK = "network"
    SERVICE = "service"
    ACCOUNT = "account"
    DAILY_LIMIT = "daily-limit"
    REQUEST_REFUSED = "request-refused"
    MERGE_REFUSED = "merge-refused"
    STORAGE_REFUSED = "storage-refused"
    NOT_SHOWN = "not-shown"
    WRONG_ANSWER = "wrong-answer"
    NOT_READY = "not-ready"
    SLOW_SERVICE = "slow-service"
    OUTPUT = "output"
    FILE = "file"
    FILE_UNREADABLE = "file-unreadable"
    FILE_CHANGED = "file-changed"
    DEADLINE = "deadline"
    DEADLINE_NEAR = "deadline-near"
    DEADLINE_PASSED = "deadline-passed"
    OVER_LIMIT = "over-limit"
    LIMIT_TODAY = "limit-today"
    MISGROUPED = "misgrouped"
    SEVERAL_PROPERTIES = "several-properties"
    WAITS_FOR_CHOICE = "waits-for-choice"
    DOUBTFUL_PHOTOS = "doubtful-photos"
    LATE_SUPPLEMENT = "late-supplement"
    MAYBE_SKIPPED_BEFORE = "maybe-skipped-before"
    MAYBE_SENT_BEFORE = "maybe-sent-before"
    MAYBE_DELIVERED_BEFORE = "maybe-delivered-before"
    NOTHING_DELIVERED = "nothing-delivered"
    SERVICE_UNASKED = "service-unasked"
    RECOVERED = "recovered"
    BUG = "bug"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    DISMISSED = "dismissed"
    REPLACED = "replaced"
    IMAGE_FAILED = "image-failed"
    IMAGES_DISMISSED = "images-dismissed"
    IMAGES_NOT_PICKED = "images-not-picked"
    LATE_PHOTOS = "late-photos"
    CHANGED_PHOTOS = "changed-photos"
    OUTPUT_RENAMED = "output-renamed"
    NOTE = "note"
    OTHER = "other"


RETRY, APPROVE, SUBMIT, SPLIT = "bracketd retry", "bracketd approve", "bracketd submit", "bracketd split"

MEANINGS: dict[Code, tuple[str, str | None]] = {
    Code.NETWORK: ("The service cannot be reached. bracketd keeps trying.", None),
    Code.SERVICE: ("The service or the network failed temporarily. bracketd keeps trying.", None),
    Code.ACCOUNT: ("The service refuses the account: the key, the credits or the plan. Everything waits.", RETRY),
    Code.DAILY_LIMIT: ("The account's daily limit at the service is reached. bracketd keeps trying.", None),
    Code.REQUEST_REFUSED: ("The service refused a request. The text has its answer.", RETRY),
    Code.MERGE_REFUSED: ("The service refused the merge. bracketd checks whether an earlier one succeeded.", None),
    Code.STORAGE_REFUSED: ("Storage or the service repeatedly refuses a bracket.", RETRY),
    Code.NOT_SHOWN: ("The service does not show brackets that were uploaded.", RETRY),
    Code.WRONG_ANSWER: ("The service's answer does not match the request. The answer was not used.", RETRY),
    Code.NOT_READY: ("An image is not available for download yet.", RETRY),
    Code.SLOW_SERVICE: ("The service is taking unusually long. bracketd keeps checking.", None),
    Code.OUTPUT: ("The output folder cannot be written. bracketd keeps trying.", None),
    Code.FILE: ("A photo is missing, damaged or changed.", RETRY),
    Code.FILE_UNREADABLE: ("A photo cannot be read from the disk. bracketd keeps trying.", None),
    Code.FILE_CHANGED: ("A photo changed while it was being sent. bracketd sends it again.", None),
    Code.DEADLINE: ("The order waits. The text says until when the service promises to keep its images.", RETRY),
    Code.DEADLINE_NEAR: ("The service promises to keep the images for only 6 hours more, or less.", RETRY),
    Code.DEADLINE_PASSED: ("The service may have deleted the images that are not bought yet.", RETRY),
    Code.OVER_LIMIT: ("The order would exceed a limit in the settings.", APPROVE),
    Code.LIMIT_TODAY: ("The order would exceed today's limit. It continues tomorrow.", APPROVE),
    Code.MISGROUPED: ("The images differ from the planned sets. Nothing was bought.", APPROVE),
    Code.SEVERAL_PROPERTIES: ("The shoot looks like several properties.", SPLIT),
    Code.WAITS_FOR_CHOICE: ("The images wait for your choice. Nothing was bought.", APPROVE),
    Code.DOUBTFUL_PHOTOS: (
        "Photos may be duplicates or in the wrong set, or have no common format; or bracketd.yaml is wrong.",
        APPROVE,
    ),
    Code.LATE_SUPPLEMENT: ("Photos were added to a shoot that was already sent.", APPROVE),
    Code.MAYBE_SKIPPED_BEFORE: ("The photos may be those of a skipped shoot.", APPROVE),
    Code.MAYBE_SENT_BEFORE: ("These photos may already be in an order that is missing from the state.", APPROVE),
    Code.MAYBE_DELIVERED_BEFORE: ("The pictures do not confirm the delivery note of the shoot.", APPROVE),
    Code.NOTHING_DELIVERED: ("Every image of the order failed at the service.", RETRY),
    Code.SERVICE_UNASKED: ("A recovery could not ask the service about this order.", RETRY),
    Code.RECOVERED: ("The order waits after a recovery until it is certain that it was not merged.", None),
    Code.BUG: ("A bug in bracketd stopped the order. Please report it.", RETRY),
    Code.SKIPPED: ("The shoot is skipped.", SUBMIT),
    Code.CANCELLED: ("The order was cancelled before its merge. Nothing was bought.", SUBMIT),
    Code.DISMISSED: ("The order was dismissed. Nothing more is bought.", SUBMIT),
    Code.REPLACED: ("Another order replaced this one.", None),
    Code.IMAGE_FAILED: ("The service failed on an image.", RETRY),
    Code.IMAGES_DISMISSED: ("Images were dismissed and not bought.", None),
    Code.IMAGES_NOT_PICKED: ("A person picked other images. These were not bought.", f"{APPROVE} --only"),
    Code.LATE_PHOTOS: ("Photos were added to the shoot and are in no order.", None),
    Code.CHANGED_PHOTOS: ("Photos changed after they were merged.", f"{SUBMIT} --again"),
    Code.OUTPUT_RENAMED: ("The output's disk does not allow the shoot's name.", None),
    Code.NOTE: ("A permanent note about the order.", None),
    Code.OTHER: ("A message that an earlier version of bracketd recorded.", None),
}
"""What each code means, and the command that helps; None if none is needed."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One problem that delays an order now, or how it ended. ``text`` is for a person."""

    code: Code
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of an order's messages."""

    code: Code
    text: str
