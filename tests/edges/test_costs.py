from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len
from rich.console import Console

from daemon.cli import cli
from daemon.cli.costs_table import CostsView
from daemon.order import Image, ImageState, Order, Preset, facts
from daemon.reports.spending import Line, by_folder, lines, lines_of, months
from daemon.store.sqlite.reader import SqliteReader
from daemon.store.sqlite.store import SqliteStore
from tests.changed import changed
from tests.core.orders import processed
from tests.stores.contract import keep
from tests.stores.states import InFile

PRICE = "price_per_image: 0.29\n"


@pytest.fixture(autouse=True)
def _in_auckland() -> Iterator[None]:
    """Set the time zone to Auckland, which is 13 hours ahead of UTC in November."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Pacific/Auckland"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def at(words: str) -> float:
    """Epoch seconds of an ISO 8601 time in UTC."""
    return datetime.fromisoformat(words).replace(tzinfo=UTC).timestamp()


def bought(number: int, shoot: str, *moments: str, **more: Any) -> Order:
    """An order that bought an image at each of these times (UTC)."""
    images = tuple(
        Image(f"{number}-{n}", "x", state=ImageState.PLACED, file=f"IMG_{n}.jpg", fetched_at=at(moment))
        for n, moment in enumerate(moments)
    )
    order_id = f"00000000-0000-4000-8000-{number:012}"
    return changed(processed(), id=order_id, shoot=shoot, folder=f"/in/{shoot}", images=images, **more)


def costs(state: Path, orders: tuple[Order, ...], *words: str, settings: str = "") -> Result:
    """Run the verb on a state with these orders."""

    async def work() -> None:
        store = SqliteStore.open(state)
        for order in orders:
            await store.add(order, facts.Locked(order.brackets))
        store.close()

    asyncio.run(work())
    config = state / "bracketd.yaml"
    config.write_text(f"state_dir: {state}\n{settings}")
    return CliRunner().invoke(cli, ["--config", str(config), "costs", *words], terminal_width=80)


OAK = bought(1, "12 Oak St", "2026-10-31 10:59:59", "2026-10-31 11:00:00", "2026-11-02 20:00:00")
ELM = bought(2, "1 Elm St", "2026-10-03 08:00:00", "2026-10-03 08:00:01")
LATE = bought(3, "1 Elm St", "2026-11-01 01:00:00", supplement_of=ELM.id)


def test_a_person_sees_months_shoots_and_sums(tmp_path: Path) -> None:
    """Months follow the machine's time zone, the newest last; an order that bought in two months is in both."""
    done = costs(tmp_path, (OAK, ELM, LATE), settings=PRICE)
    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == [
        "date        shoot                  images       price",
        "2026-10-03  1 Elm St                    2        0.58",
        "2026-10-31  12 Oak St                   1        0.29",
        "2026-10     2 shoots                    3        0.87",
        "",
        "2026-11-01  12 Oak St                   2        0.58",
        "2026-11-01  1 Elm St · supplement       1        0.29",
        "2026-11     2 shoots                    3        0.87",
        "",
        "total       2 shoots                    6        1.74",
    ]


def test_without_a_price_there_is_no_money(tmp_path: Path) -> None:
    """Without a price only images are counted; a single month has no total."""
    done = costs(tmp_path, (ELM,))
    assert done.output.splitlines() == [
        "date        shoot         images",
        "2026-10-03  1 Elm St           2",
        "2026-10     1 shoot            2",
    ]


def test_one_month_alone(tmp_path: Path) -> None:
    """``--month`` shows the purchases from the first moment of the month to its last."""
    done = costs(tmp_path, (OAK, ELM, LATE), "--month", "2026-10")
    assert [line.split()[-1] for line in done.output.splitlines()] == ["images", "2", "1", "3"]
    december = costs(tmp_path / "other", (OAK,), "--month", "2026-12")
    assert december.output == "No purchases.\n"


@pytest.mark.parametrize("word", ["2026", "2026-13", "2026-00", "26-10", "2026-1", "November", "2026-10-01"])
def test_invalid_months(tmp_path: Path, word: str) -> None:
    """An argument that is not a month is a usage error."""
    done = costs(tmp_path, (), "--month", word)
    assert done.exit_code == 2
    assert "is not a month such as 2026-11" in done.output


def test_for_programs(tmp_path: Path) -> None:
    """``--json`` has exactly the documented keys, exact prices as text, and times in UTC."""
    report = json.loads(costs(tmp_path, (ELM, LATE), "--json", settings=PRICE).output)
    assert report == {
        "version": 1,
        "price_per_image": "0.29",
        "images": 3,
        "credits": 3,
        "price": "0.87",
        "months": [
            {
                "month": "2026-10",
                "images": 2,
                "credits": 2,
                "price": "0.58",
                "shoots": [
                    {
                        "shoot": "1 Elm St",
                        "folder": "/in/1 Elm St",
                        "order_id": ELM.id,
                        "supplement": False,
                        "at": "2026-10-03T08:00:00Z",
                        "images": 2,
                        "credits": 2,
                        "price": "0.58",
                    }
                ],
            },
            {
                "month": "2026-11",
                "images": 1,
                "credits": 1,
                "price": "0.29",
                "shoots": [
                    {
                        "shoot": "1 Elm St",
                        "folder": "/in/1 Elm St",
                        "order_id": LATE.id,
                        "supplement": True,
                        "at": "2026-11-01T01:00:00Z",
                        "images": 1,
                        "credits": 1,
                        "price": "0.29",
                    }
                ],
            },
        ],
    }


def test_for_programs_without_anything(tmp_path: Path) -> None:
    """Without purchases and without a price, the JSON format is the same."""
    report = json.loads(costs(tmp_path, (), "--json").output)
    assert report == {"version": 1, "price_per_image": None, "images": 0, "credits": 0, "price": None, "months": []}


@pytest.mark.parametrize(
    ("price", "sum_of_three"),
    [("0.1", "0.30"), ("0.333333333", "0.999999999"), ("100", "300.00"), ("0", "0.00"), ("'0.750'", "2.25")],
)
def test_money_is_exact(tmp_path: Path, price: str, sum_of_three: str) -> None:
    """Sums of prices are exact decimals with at least two places."""
    report = json.loads(costs(tmp_path, (OAK,), "--json", settings=f"price_per_image: {price}\n").output)
    assert report["price"] == sum_of_three


def sheet(state: Path, *orders: Order, settings: str = PRICE) -> list[list[str]]:
    """The rows of ``--csv`` as a spreadsheet reads them."""
    return list(csv.reader(costs(state, orders, "--csv", settings=settings).output.splitlines()))


def test_utc_is_written_as_elsewhere(tmp_path: Path) -> None:
    """On a machine in UTC, ``--csv`` writes times as ``--json`` does."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    assert [row[0] for row in sheet(tmp_path, LATE)[1:]] == ["2026-11-01T01:00:00Z"]


def test_for_spreadsheets(tmp_path: Path) -> None:
    """``--csv`` has a line per image, the oldest first, with the machine's UTC offset in times."""
    head, *rows = sheet(tmp_path, LATE, ELM)
    assert head == ["at", "month", "shoot", "folder", "order_id", "image_id", "file", "credits", "price"]
    elm = ["1 Elm St", "/in/1 Elm St"]
    assert rows == [
        ["2026-10-03T21:00:00+13:00", "2026-10", *elm, ELM.id, "2-0", "IMG_0.jpg", "1", "0.29"],
        ["2026-10-03T21:00:01+13:00", "2026-10", *elm, ELM.id, "2-1", "IMG_1.jpg", "1", "0.29"],
        ["2026-11-01T14:00:00+13:00", "2026-11", *elm, LATE.id, "3-0", "IMG_0.jpg", "1", "0.29"],
    ]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "\N{REPLACEMENT CHARACTER}=1"),
        ("\N{FULLWIDTH EQUALS SIGN}1", "'\N{FULLWIDTH EQUALS SIGN}1"),
        ("12 Oak St = 5", "12 Oak St = 5"),
        ('Oak, "the big one"; 5', 'Oak, "the big one"; 5'),
        (
            "two\r\nlines \x1b[2J",
            "two\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}lines \N{REPLACEMENT CHARACTER}[2J",
        ),
        ("Küche 廚房", "Küche 廚房"),
        (os.fsdecode(b"caf\xe9"), "caf\\udce9"),
    ],
)
def test_odd_names_in_a_spreadsheet(tmp_path: Path, name: str, cell: str) -> None:
    """Any name is one cell on one line with that text, and never a formula."""
    _, row = sheet(tmp_path, changed(bought(1, "x", "2026-11-01 00:00:00"), shoot=name))
    assert (row[2], len(row)) == (cell, 9)


def test_what_has_no_price_or_no_name_yet_is_blank(tmp_path: Path) -> None:
    """Cells are empty without a price, and for a picture that has no file yet."""
    fresh = bought(1, "x", "2026-11-01 00:00:00")
    fresh = replace(fresh, images=(replace(fresh.images[0], state=ImageState.FETCHED, file=None),))
    _, row = sheet(tmp_path, fresh, settings="")
    assert row[5:] == ["1-0", "", "1", ""]


def test_a_purchase_outlives_its_image(tmp_path: Path) -> None:
    """A purchase stays counted after the service no longer lists the image."""

    async def lose() -> None:
        store = SqliteStore.open(tmp_path)
        await store.add(ELM, facts.Locked(()))
        await store.record(ELM, None, replace(ELM, images=ELM.images[:1]), 0.0)
        store.close()

    asyncio.run(lose())
    assert json.loads(costs(tmp_path, (), "--json").output)["images"] == 2


def test_dev_mode_costs_nothing(tmp_path: Path) -> None:
    """Dev-mode pictures are not counted."""
    done = costs(tmp_path, (replace(ELM, preset=Preset(dev_mode=True)),))
    assert done.output == "No purchases.\n"


def test_names_do_not_steer_the_terminal(tmp_path: Path) -> None:
    """Control characters in a shoot's name are replaced in the output."""
    done = costs(tmp_path, (bought(1, "a\nb\x1b[2J", "2026-11-01 00:00:00"),))
    assert "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[2J" in done.output


def test_two_shapes_at_once(tmp_path: Path) -> None:
    """``--json`` together with ``--csv`` is a usage error."""
    assert costs(tmp_path, (), "--json", "--csv").exit_code == 2


def test_where_no_daemon_ever_ran(tmp_path: Path) -> None:
    """Without a state file there are no purchases, no state file is created, and no key is needed."""
    config = tmp_path / "bracketd.yaml"
    config.write_text(f"state_dir: {tmp_path}/none\nfolders: being edited\n")
    done = CliRunner().invoke(cli, ["--config", str(config), "costs"])
    assert (done.exit_code, done.output) == (0, "No purchases.\n")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("width", [44, 60, 100])
def test_every_line_fits_its_terminal(width: int) -> None:
    """A long name is cut to the terminal's width, but not in a pipe."""
    name = "家" * 40
    line = Line("2026-11", at("2026-11-01 00:00:00"), name, "/in", OAK.id, supplement=False, images=15, credits=15)

    def shown(*, cut: bool) -> list[str]:
        out = io.StringIO()
        Console(file=out, width=width, highlight=False).print(CostsView([line], Decimal(1), cut=cut), soft_wrap=True)
        return out.getvalue().splitlines()

    assert all(cell_len(line) <= width for line in shown(cut=True))
    assert [name in line for line in shown(cut=False)] == [False, True, False]


def test_the_months_of_the_ledger_have_the_same_sums_as_its_purchases(tmp_path: Path) -> None:
    """Spending by month and order, as a page shows it, equals the table; months without purchases are listed, too."""
    keep(InFile(tmp_path), OAK, ELM, LATE, bought(4, "9 Ash St", "2026-08-01 01:00:00"))
    with SqliteReader(tmp_path) as reader:
        found = months(reader, at("2026-12-01 00:00:00"))
        assert [(month.name, month.images) for month in found] == [
            ("2026-12", 0),
            ("2026-11", 3),
            ("2026-10", 3),
            ("2026-09", 0),
            ("2026-08", 1),
        ]
        every = lines_of(reader, found)
        assert every == lines(reader.purchases(0, 1e12))
        assert lines_of(reader, found[2:3]) == [line for line in every if line.month == "2026-10"]
    assert [(folder, len(of)) for folder, of in by_folder(every)] == [("/in", 5)]


def test_without_purchases_there_are_no_months(tmp_path: Path) -> None:
    """An empty ledger has no months."""
    with SqliteReader(tmp_path) as reader:
        assert months(reader, 0.0) == []
