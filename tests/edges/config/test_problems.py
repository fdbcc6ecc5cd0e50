from __future__ import annotations

import time
from pathlib import Path

import pytest

from daemon.config import load
from daemon.errors import ConfigError

from .conftest import Load, Problems, Write, folder


def test_every_mistake_is_reported_at_once(problems: Problems) -> None:
    """All mistakes are reported together, in the file's order, each with its line, key and remedy."""
    found = problems(
        "api: {flow: image, keyy: 1}\n"
        "folders:\n"
        "  - watch: in\n"
        "    output: in/out\n"
        "    quiet_period: 5x\n"
        "    existing: skipp\n"
        "    enhance: {ai_version: 4.7, sky_replacment: true}\n"
        "    download: {quality: 100, max_width: '3'}\n"
        "  - watch: other\n"
        "    grouping: 3\n"
        "    grouping: 5\n"
        "  -\n"
        "transfers: 4\n"
        "state_dir: $NOPE/x\n"
        "log: {level: INFO}\n"
        "limits: {images_per_week: 5, images_per_day: no}\n"
        "price_per_image: free\n"
    )
    assert [problem.where.rpartition("config.yaml:")[2] for problem in found] == [
        "1: api.flow",
        "1: api.keyy",
        "4: folders[0].output",
        "5: folders[0].quiet_period",
        "6: folders[0].existing",
        "7: folders[0].enhance.sky_replacment",
        "7: folders[0].enhance.ai_version",
        "8: folders[0].download.quality",
        "8: folders[0].download.max_width",
        "9: folders[1].output",
        "11: folders[1].grouping",
        "12: folders[2].watch",
        "12: folders[2].output",
        "13: transfers",
        "14: state_dir",
        "15: log.level",
        "16: limits.images_per_day",
        "16: limits.images_per_week",
        "17: price_per_image",
    ]
    assert all(problem.what and problem.remedy.endswith((".", "?")) for problem in found)
    assert not any(problem.what.endswith(".") for problem in found)


def test_a_problem_names_the_whole_file(problems: Problems, tmp_path: Path) -> None:
    """``where`` begins with the file's full path, so that an editor can jump to it."""
    (problem,) = problems(folder("existing: never"))
    assert problem.where == f"{tmp_path}/config.yaml:4: folders[0].existing"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("quiet_perod: 5", "Did you mean quiet_period?"),
        ("Watch: x", "Did you mean watch?"),
        ("colour: red", "Remove it. Known settings: watch, output,"),
        ("download: {format: JPG}", "Did you mean jpeg?"),
        ("enhance: {cloud_type: clear}", "Did you mean CLEAR?"),
        ("enhance: {Sky_Replacement: true}", "Did you mean sky_replacement?"),
        ("enhance: {lens_corection: true}", "Did you mean lens_correction?"),
        ("enhance: {ai_version: 4.10}", "Put it in quotes."),
        ("enhance: {ai_version: 2025-05-08}", "Put it in quotes."),
        ("enhance: {number_of_brackets_per_image: 5}", "Use the folder's `grouping`."),
        ("enhance: {newer: 2025-05-08}", "Put dates and similar values in quotes."),
        ("enhance: {newer: [.inf]}", "Put dates and similar values in quotes."),
        ("download: {quality: 100}", "Change it, or remove the line for the default, 90."),
        ("download: {max_width: 0}", "Change it, or remove the line."),
        ("late_files: suplement", "Did you mean supplement?"),
        ("bad_files: leave-out", "Did you mean leave_out?"),
        ("bad_files: ask", 'Change it, or remove the line for the default, "hold".'),
    ],
)
def test_the_remedy_fits_the_mistake(problems: Problems, text: str, said: str) -> None:
    """A misspelling gets a suggestion, a bad value its default, and a bare number quotes."""
    (problem,) = problems(folder(text))
    assert said in problem.remedy


@pytest.mark.parametrize(
    "text",
    [
        "existing: 1",
        "observer: off",
        "download: [jpeg]",
        "download: {quality: '80'}",
        "download: {quality: 80.0}",
        "download: {quality: true}",
        "enhance: sky",
        "enhance: {sky_replacement: 'yes'}",
        "enhance: {upscale: 1}",
        "poll_interval: {}",
    ],
)
def test_types_are_not_guessed(problems: Problems, text: str) -> None:
    """A value of the wrong type is rejected, not converted."""
    assert len(problems(folder(text))) == 1


def test_values_are_shown_on_one_short_line(problems: Problems) -> None:
    """A long value, or one with line ends, cannot flood or break a message."""
    (problem,) = problems(folder(f'existing: "a\\n\\u001b[31m{"x" * 500}"'))
    assert str(problem).isprintable()
    assert len(str(problem)) < 300


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "The file is empty"),
        ("# only a comment\n", "The file is empty"),
        ("- a\n- b\n", "The file does not contain settings"),
        ("just words\n", "The file does not contain settings"),
        ("folders: []\n", "An empty list is not"),
        ("folders:\n", "An empty value is not"),
        ("folders: in\n", "The value is not a list"),
        ("log: {level: info}\n", "This setting is missing"),
    ],
)
def test_a_file_without_folders_is_reported(problems: Problems, text: str, what: str) -> None:
    """An empty file, a file without a mapping and a file without folders each get their own message."""
    (problem,) = problems(text)
    assert problem.what.startswith(what)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("folders:\n\t- watch: in\n", 2, "A tab"),
        ("folders:\n  - watch: in\n\toutput: out\n", 3, "A tab"),
        ("folders:\n  - watch: 'in\n", 3, "This is not valid YAML"),
        ("folders:\n  - watch: in\n output: out\n", 3, "This is not valid YAML"),
        ("folders: [in\n", 2, "This is not valid YAML"),
        ("api: {key: !secret x}\n", 1, "A value starts with `!`"),
        ("api: {key: *sk-live}\n", 1, "A value starts with `!`"),
        ("log:\n---\nlog:\n", 2, "A second document"),
        ("log: \x01\n", 1, "The file contains a character"),
    ],
)
def test_broken_yaml_is_reported_with_its_line(problems: Problems, text: str, line: int, what: str) -> None:
    """Invalid YAML is reported with the line where parsing stopped."""
    (problem,) = problems(text)
    assert problem.where.endswith(f"config.yaml:{line}")
    assert problem.what.startswith(what)


def repeated(levels: int, last: str = "[x]", one: str = "[{}]") -> str:
    """Values that each repeat the previous one nine times: few lines give 9 to the power of ``levels`` values."""
    lines = [f"a0: &a0 {last}"]
    lines += [f"a{n}: &a{n} " + one.format(",".join([f"*a{n - 1}"] * 9)) for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def chained(levels: int, one: str) -> str:
    """Values nested ``levels`` deep, one level per line."""
    return "a0: &a0 {k: 1}\n" + "".join(f"a{n}: &a{n} {one.format(f'*a{n - 1}')}\n" for n in range(1, levels))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (repeated(9), "There are more than 20000 values"),
        (repeated(9, "{k: 1}", "{{<<: [{}]}}"), "There are more than 20000 values"),
        ("api: " + "[" * 5000 + "]" * 5000, "Values are nested more than 50 deep"),
        ("api: " + "{a: " * 100_000, "Values are nested more than 50 deep"),
        ("? " * 1000 + "a: 1", "Values are nested more than 50 deep"),
        (chained(3000, "[{}]"), "Values are nested more than 50 deep"),
        (chained(3000, "{{<<: {}}}"), "Values are nested more than 50 deep"),
        ("#" * 2_000_000, "The file cannot be read (larger than 1,048,576 bytes)"),
    ],
    ids=["aliases", "merges", "lists", "groups without end", "keys", "a chain", "a chain of merges", "huge"],
)
def test_what_would_cost_minutes_is_refused_at_once(problems: Problems, text: str, what: str) -> None:
    """A file with endlessly repeated, nested or long values is rejected within two seconds, with the reason."""
    begun = time.process_time()
    (problem,) = problems(folder() + text)
    assert problem.what.startswith(what)
    assert len(str(problem)) < 600
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("number", ["0x" + "f" * 5000, "1" + ":59" * 20_000, "9" * 5000, "1" * 300])
def test_a_number_of_any_length_is_refused_in_words(problems: Problems, number: str) -> None:
    """A number that is too long for Python to print is an invalid value like any other."""
    (problem,) = problems(folder() + f"transfers: {{uploads: {number}}}\n")
    assert problem.what.endswith("is not a whole number from 1 to 64")
    assert len(problem.what) < 120


@pytest.mark.parametrize("name", ["\\e[2Jx", "x" * 900, "a\\nb"])
def test_a_settings_name_cannot_steer_the_terminal(problems: Problems, name: str) -> None:
    """A very long name, or one with control characters, is shown on one short line."""
    for problem in problems(folder(f'"{name}": 1\nenhance: {{"{name}": .inf}}')):
        assert str(problem).isprintable()
        assert len(str(problem)) < 600


@pytest.mark.parametrize("merged", ["5", "[1]", "word"])
def test_a_merge_of_no_group_is_refused(problems: Problems, merged: str) -> None:
    """``<<`` with anything but a group is a problem. Nothing in the file is silently ignored."""
    (problem,) = problems(folder(f"<<: {merged}"))
    assert "`<<` is used with something that is not a group" in problem.what


def test_folders_may_share_their_settings(loaded: Load) -> None:
    """Anchors, aliases and merges work at a realistic size, such as two hundred folders."""
    lines = [f"  - <<: *day\n    watch: in{n}\n    output: out{n}\n" for n in range(200)]
    settings = loaded("folders:\n  - &day\n    watch: in\n    output: out\n    grouping: 5\n" + "".join(lines))
    assert [one.grouping for one in settings.folders] == [5] * 201


def test_a_value_inside_itself_is_refused(problems: Problems) -> None:
    """An alias to a value that contains it is reported and does not loop."""
    found = problems(folder("enhance: &e {newer: *e}"))
    assert any(problem.what == "The value contains itself" for problem in found)


def test_a_list_in_place_of_a_name_is_refused(problems: Problems) -> None:
    """A list or group in the place of a name is reported."""
    found = problems("? [a, b]\n: 1\n" + folder())
    assert [problem.what for problem in found] == ["The name of a setting is not a plain word"]


def test_a_file_that_is_not_utf8_is_reported_with_its_line(tmp_path: Path) -> None:
    """A file in another encoding is rejected as a whole."""
    file = tmp_path / "c.yaml"
    file.write_bytes(b"log:\n  level: info\n# caf\xe9\n")
    with pytest.raises(ConfigError, match=r"c\.yaml:3: The file is not UTF-8 text"):
        load(file, {})


def test_a_byte_order_mark_and_crlf_are_fine(tmp_path: Path) -> None:
    """A file saved by a Windows editor is read like any other."""
    file = tmp_path / "c.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + folder("existing: process").replace("\n", "\r\n").encode())
    assert load(file, {}).folders[0].existing == "process"


@pytest.mark.parametrize(
    ("name", "first"), [("none.yaml", ""), ("a folder/none.yaml", "mkdir -p '{top}/a folder' && ")]
)
def test_a_missing_file_comes_with_the_command_that_writes_one(tmp_path: Path, name: str, first: str) -> None:
    """The remedy for a missing file is a command that writes the example there and creates its folder if needed."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / name, {})
    (problem,) = caught.value.problems
    assert problem.where == str(tmp_path / name)
    there = f"'{tmp_path / name}'" if " " in name else tmp_path / name
    assert problem.remedy.startswith(f"Run `{first.format(top=tmp_path)}bracketd config example > {there}` to create")


def test_a_folder_in_place_of_the_file_is_reported(tmp_path: Path) -> None:
    """A configuration file that cannot be read is a configuration error, not a traceback."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, {})


def test_the_file_is_looked_for_in_three_places(config: Write, tmp_path: Path) -> None:
    """``--config`` overrides ``$BRACKETD_CONFIG``, which overrides the platform's config directory."""
    named = config(folder("existing: process"))
    by_variable = tmp_path / "variable.yaml"
    by_variable.write_text(folder("existing: skip"))
    by_platform = tmp_path / "xdg" / "bracketd" / "config.yaml"
    by_platform.parent.mkdir(parents=True)
    by_platform.write_text(folder("observer: polling"))
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "xdg"), "BRACKETD_CONFIG": str(by_variable)}
    assert load(named, environ).config_file == named
    assert load(None, environ).config_file == by_variable
    assert load(None, environ | {"BRACKETD_CONFIG": ""}).config_file == by_platform


@pytest.mark.parametrize(
    "written", ["$NOPE/x", "${NOPE}", "~nobody-of-that-name/x", "''", "'  '", "5", "[a]", '"a\\0b"']
)
def test_a_path_that_means_nothing_is_refused(problems: Problems, written: str) -> None:
    """An unset variable, an unknown home or an empty path is rejected."""
    (problem,) = problems(folder() + f"state_dir: {written}\n")
    assert problem.where.endswith("config.yaml:4: state_dir")


@pytest.mark.parametrize(
    ("written", "what", "remedy"),
    [
        ("'{stemm}'", "Unknown field {stemm} in the template", "Did you mean {stem}?"),
        ("'{frame}'", "Unknown field {frame} in the template", "The fields are {seq}, {stem}, {shoot}, {date},"),
        ("'{shoot.__class__}'", "Unknown field {shoot.__class__} in the template", "The fields are"),
        ("'{shoot}'", "Every picture of a shoot would have the same name", "Add {seq} or {stem}."),
        ("''", "The template is empty", "Use fields such as {seq}"),
        ("{stem}", "This is not a template in quotes", 'Write one such as "{seq:02}-{stem}", with the quotes.'),
        ("3", "This is not a template in quotes", "Write one such as"),
        ("", "This is not a template in quotes", "Write one such as"),
    ],
)
def test_a_bad_template_of_names_is_explained(problems: Problems, written: str, what: str, remedy: str) -> None:
    """A mistake in ``names`` is reported with its line and a remedy, and with the field that was probably meant."""
    (problem,) = problems(folder(f"names: {written}"))
    assert problem.where.endswith("config.yaml:4: folders[0].names")
    assert problem.what == what
    assert problem.remedy.startswith(remedy)
