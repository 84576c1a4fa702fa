"""Words of the command line: options stand anywhere, and a misspelt command is told."""

import pytest

from ivscope.cli.command_line import Parser
from ivscope.cli.main import main


@pytest.fixture
def parser():
    made = Parser(prog="ivscope test")
    for name in ("stage", "session", "participant"):
        made.add_argument(name, nargs="?")
    made.add_argument("--profile")
    made.add_argument("--demo", action="store_true")
    made.add_argument("--at")
    made.add_argument("-o", "--output")
    return made


@pytest.mark.parametrize(
    "line",
    [
        "a b --profile oncall --demo --at -5m -o file",
        "--profile oncall --demo --at -5m -o file a b",
        "a --profile oncall --demo --at -5m -o file b",
        "a --profile=oncall b --demo --at=-5m --output file",
        "--demo a -ofile --at -5m b --profile oncall",
    ],
)
def test_options_stand_anywhere_among_the_arguments(parser, line):
    options = parser.parse_args(line.split())
    assert (options.stage, options.session, options.participant) == ("a", "b", None)
    assert (options.profile, options.at, options.output) == ("oncall", "-5m", "file")
    assert options.demo


def test_what_follows_two_dashes_is_no_option(parser):
    options = parser.parse_args(["a", "--demo", "b", "--", "--profile"])
    assert (options.stage, options.session, options.participant) == ("a", "b", "--profile")
    assert options.profile is None


def test_words_with_an_option_that_belongs_to_somebody_else_keep_their_order(parser):
    words = ["--mouse", "x", "--theirs", "y", "z", "--demo"]
    _, rest = parser.parse_known_args(words)
    assert [word for word in rest if word.startswith("-")] == ["--mouse", "--theirs"]
    assert parser._options_first(words) == words


def test_a_dash_alone_is_stdin_and_no_option(parser):
    assert parser.parse_args(["-", "--demo"]).stage == "-"


@pytest.mark.parametrize("line", ["a --profil x b", "a b --profile", "a b c d"])
def test_what_is_wrong_stays_wrong(parser, line, capsys):
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(line.split())
    assert ended.value.code == 2
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "meant"), [("sumary", "summary"), ("event", "events"), ("Stages", "stages")]
)
def test_a_misspelt_command_is_told_with_the_one_that_is_meant(capsys, typed, meant):
    assert main([typed, "--demo", "fri-night-live"]) == 2
    said = f"ivscope: there is no command '{typed}': ivscope {meant} --help tells of {meant}\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("stages FILE", "a file goes behind --from"),
        ("stages --demo FILE", "a file goes behind --from"),
        ("sessions stage FILE", "a file goes behind --from"),
        ("participants stage latest FILE", "a file goes behind --from"),
        ("events stage FILE", "a file goes behind --from"),
        ("summary stage latest FILE", "a file goes behind --from"),
        ("why stage latest FILE", "a file goes behind --from"),
        ("record stage FILE -o new", "ivscope FILE opens one"),
        ("endpoint FILE", "a file goes behind --world"),
        ("doctor FILE", "ivscope FILE opens one"),
        ("arn:x FILE", "ivscope FILE opens one"),
        ("open FILE FILE", "ivscope FILE opens one"),
    ],
)
def test_of_a_file_where_none_is_read_it_is_told_what_reads_it(capsys, tmp_path, words, step):
    file = tmp_path / "events.json"
    file.write_text("nothing")
    with pytest.raises(SystemExit) as ended:
        main([str(file) if word == "FILE" else word for word in words.split()])
    assert ended.value.code == 2
    assert f"{file} stands where no file is read; {step}\n" in capsys.readouterr().err


def test_a_misspelt_file_is_not_looked_for_among_the_stages(capsys):
    assert main(["events", "no-such.json"]) == 2
    assert capsys.readouterr().err == "ivscope: no-such.json: No such file or directory\n"


def test_of_a_file_that_is_to_be_explained_it_is_told_which_command_does(capsys, tmp_path):
    file = tmp_path / "alert.json"
    file.write_text("nothing")
    assert main(["explain", str(file)]) == 4
    assert "ivscope why FILE tells the cause of an alert in a file" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["latest", "events"])
def test_a_session_is_no_file_though_one_has_its_name(parser, tmp_path, monkeypatch, word):
    monkeypatch.chdir(tmp_path)
    (tmp_path / word).write_text("nothing")
    assert parser.parse_args(["stage", word]).session == word


def test_only_of_a_word_with_a_dash_it_is_told_where_such_ids_go(parser, capsys):
    for last, is_told in (("d", False), ("-d", True), ("--debgu", True)):
        with pytest.raises(SystemExit):
            parser.parse_args(["a", "b", "c", last, __file__])
        assert ("goes after --" in capsys.readouterr().err) is is_told


def test_a_file_of_such_a_name_is_a_file(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "event").write_text("nothing")
    main(["event"])
    assert "there is no command" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--demo", "stages"], "options go behind the command: ivscope stages ..."),
        (["--profile", "oncall", "why"], "options go behind the command: ivscope why ..."),
        (["gone.ivscope"], "'gone.ivscope' is no file that is here, and holds no stage ARN"),
        (["x" * 9_000], f"'{'x' * 80}…' is no file that is here, and holds no stage ARN"),
        (["night-show"], "'night-show' is no file that is here, and holds no stage ARN"),
    ],
)
def test_what_the_explorer_cannot_open_is_told_as_what_it_is(
    words, told, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "night-show").mkdir()  # a folder is nothing that could be opened
    assert main(words) == 2
    assert capsys.readouterr().err.startswith(f"ivscope: {told}")
