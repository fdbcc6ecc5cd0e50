from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.exif import Capture
from daemon.sandbox.grouping import Shot
from daemon.sandbox.misgrouped import misgrouped
from tests.edges.sandbox.client import Client, Json
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox, running_sandbox

MOVES = ("stray", "misgroup", "split", "join", "swap")
"""The kinds that lose no bracket."""
THREE = ((1, 2, 3), (4, 5, 6), (7, 8, 9))
FLOWS = pytest.mark.parametrize("flow", ["images", "brackets"])


@pytest.fixture(scope="module")
def hurt() -> Iterator[Sandbox]:
    """A sandbox for tests that set their own faults."""
    with running_sandbox("--set", "name_limit=0") as sandbox:
        yield sandbox


def numbers(sets: Sequence[Sequence[int]], kind: str, at: int = 1) -> list[list[int]]:
    """The sets of numbered brackets with a fault."""
    shots = [[Shot(str(number), f"{number}.jpg", Capture()) for number in group] for group in sets]
    return [[int(shot.id) for shot in group] for group in misgrouped(shots, kind, at)]


@pytest.mark.parametrize(
    ("kind", "at", "expected"),
    [
        ("stray", 1, [[1, 2], [3], [4, 5, 6], [7, 8, 9]]),
        ("stray", 3, [[1, 2, 3], [4, 5, 6], [7, 8], [9]]),
        ("misgroup", 1, [[1, 2], [3, 4, 5, 6], [7, 8, 9]]),
        ("misgroup", 3, [[1, 2, 3], [4, 5, 6, 7], [8, 9]]),
        ("split", 2, [[1, 2, 3], [4, 5], [6], [7, 8, 9]]),
        ("join", 2, [[1, 2, 3], [4, 5, 6, 7, 8, 9]]),
        ("swap", 1, [[1, 2, 4], [3, 5, 6], [7, 8, 9]]),
        ("left-out", 2, [[1, 2, 3], [4, 5], [7, 8, 9]]),
        ("no-images", 1, []),
        ("slow-grouping", 1, [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
    ],
)
def test_each_kind(kind: str, at: int, expected: list[list[int]]) -> None:
    """Each kind changes the sets as its text says, at the chosen set."""
    assert numbers(THREE, kind, at) == expected


@pytest.mark.parametrize(
    ("sets", "kind", "at", "expected"),
    [
        ([[1], [2, 3]], "stray", 1, [[1], [2], [3]]),
        ([[1], [2, 3]], "misgroup", 1, [[1, 2], [3]]),
        ([[1], [2, 3]], "swap", 1, [[2], [1, 3]]),
        ([[1], [2]], "swap", 1, [[1], [2]]),
        ([[1, 2]], "misgroup", 1, [[1, 2]]),
        ([[1, 2]], "join", 1, [[1, 2]]),
        ([[1, 2], [3]], "split", 2, [[1, 2], [3]]),
        ([[1]], "left-out", 1, [[1]]),
        ([], "stray", 1, []),
    ],
)
def test_where_a_kind_is_possible(sets: list[list[int]], kind: str, at: int, expected: list[list[int]]) -> None:
    """A fault happens at the first set where it is possible, and changes nothing if there is none."""
    assert numbers(sets, kind, at) == expected


@given(st.lists(st.integers(1, 5), max_size=5), st.sampled_from(MOVES), st.integers(0, 6))
def test_no_bracket_is_lost_or_doubled(sizes: list[int], kind: str, at: int) -> None:
    """A wrong grouping has every bracket once, in no empty set."""
    brackets = iter(range(100))
    sets = [[next(brackets) for _ in range(size)] for size in sizes]
    wrong = numbers(sets, kind, at)
    assert sorted(chain(*wrong)) == sorted(chain(*sets))
    assert all(wrong)


@FLOWS
@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        ("stray", [2, 1, 3]),
        ("misgroup", [2, 4]),
        ("split", [2, 1, 3]),
        ("join", [6]),
        ("swap", [3, 3]),
        ("left-out", [2, 3]),
    ],
)
def test_in_both_flows(hurt: Sandbox, flow: str, kind: str, sizes: list[int]) -> None:
    """Each wrong grouping makes images of the wrong brackets, in both flows."""
    hurt.faults([f"merge {kind}"])
    with Client(hurt, flow) as client:
        client.upload(shoot(2))
        client.merge({"number_of_brackets_per_image": 3})
        assert [image["status"] for image in client.images()] == ["processed"] * len(sizes)
        assert [len(image["bracket_ids"]) for image in client.ledger()["images"]] == sizes


@pytest.mark.parametrize("kind", [*MOVES, "left-out"])
def test_one_truth(hurt: Sandbox, kind: str) -> None:
    """The brackets' ``image_id`` and the order's images agree with the wrong sets, whoever chose the sets."""
    with Client(hurt, "brackets") as client:
        ids = list(client.upload(shoot(2)).values())
        hurt.faults([f"merge {kind}"])
        client.merge({"images": [{"bracket_ids": ids[:3]}, {"bracket_ids": ids[3:]}]})
        shown = [image["image_id"] for image in client.images()]
        made = {image["image_id"]: image["bracket_ids"] for image in client.ledger()["images"]}
        assert shown == list(made)
        assert members(client) == made
    assert sorted(chain(*made.values())) == sorted(set(ids) - ({ids[2]} if kind == "left-out" else set()))
    assert list(made.values()) != [ids[:3], ids[3:]]


def test_made_from_the_wrong_brackets(hurt: Sandbox) -> None:
    """The picture of a wrong set is that of its brackets: the same as if the client had chosen this set."""
    files = shoot(2)

    def pictures(fault: str, split: int) -> list[bytes]:
        hurt.faults([fault] if fault else [])
        with Client(hurt, "brackets") as client:
            ids = list(client.upload(files).values())
            client.merge({"images": [{"bracket_ids": ids[:split]}, {"bracket_ids": ids[split:]}]})
            return [client.download(image["image_id"], preview="false").content for image in client.images()]

    wrong = pictures("merge misgroup", 3)
    assert wrong == pictures("", 2)
    assert not set(wrong) & set(pictures("", 3))


@pytest.mark.parametrize(("switch", "names"), [("first", [1, 3]), ("last", [2, 6])])
def test_named_after_a_wrong_bracket(switch: str, names: list[int]) -> None:
    """An image of a wrong set has the name of this set's first or last bracket."""
    with (
        running_sandbox("--set", f"image_name={switch}", "--fault", "merge misgroup") as sandbox,
        Client(sandbox) as it,
    ):
        it.upload(shoot(2))
        it.merge()
        assert [image["image_name"] for image in it.images()] == [f"IMG_000{number}.JPG" for number in names]


@FLOWS
def test_swapped_pictures(hurt: Sandbox, flow: str) -> None:
    """Two images can show each other's scene while names and brackets are right; the others are not changed."""
    with Client(hurt, flow) as client, Client(hurt, flow) as right:
        for one, faults in ((client, ["merge swap-pictures at=2"]), (right, [])):
            hurt.faults(faults)
            one.upload(shoot(3))
            one.merge()
        wrong, good = ([pixels(one, image["image_id"]) for image in one.images()] for one in (client, right))
        assert wrong == [good[0], good[2], good[1]]
        assert [image["image_name"] for image in client.images()] == [i["image_name"] for i in right.images()]
        made_of = [image["bracket_ids"] for image in client.ledger()["images"]]
        assert [key for ids in made_of for key in ids] == [item["id"] for item in client.ledger()["registered"]]


def pixels(client: Client, image_id: str) -> bytes:
    """An image's preview."""
    data: bytes = client.download(image_id, preview="true").content
    return data


def test_members_hidden() -> None:
    """With a switch the brackets do not have their image's id, as in older versions."""
    with running_sandbox("--set", "bracket_image=hidden") as sandbox, Client(sandbox, "brackets") as client:
        client.upload(shoot(1))
        client.merge()
        client.images()
        assert [set(item) for item in brackets(client)] == [
            {"name", "is_uploaded", "bracket_id", "order_id", "metadata"}
        ] * 3


@pytest.mark.parametrize(
    ("kind", "known"),
    [("no-image-id", [True, True, None]), ("unknown-image-id", [True, True, False]), ("missing-bracket", [True, True])],
)
def test_members_in_doubt(hurt: Sandbox, kind: str, known: list[bool | None]) -> None:
    """One bracket can be shown without its image, with an unknown image, or not at all. It happens once."""
    with Client(hurt, "brackets") as client:
        client.upload(shoot(1))
        hurt.faults([f"order_brackets {kind}"])
        assert [item["image_id"] for item in brackets(client)] == [None] * 3, "it waits until there is an image"
        client.merge()
        (image,) = client.images()
        shown = [item["image_id"] for item in brackets(client)]
        assert [None if key is None else key == image["image_id"] for key in shown] == known
        assert [item["image_id"] for item in brackets(client)] == [image["image_id"]] * 3


def brackets(client: Client) -> list[Json]:
    """The order's brackets as the API lists them."""
    listed: list[Json] = client.ask("GET", f"/v3/orders/{client.order_id}/brackets")["brackets"]
    return listed


def members(client: Client) -> dict[str, list[str]]:
    """The ids of each image's brackets, from the brackets' ``image_id``."""
    found: dict[str, list[str]] = {}
    for item in brackets(client):
        if item["image_id"] is not None:
            found.setdefault(item["image_id"], []).append(item["bracket_id"])
    return found
