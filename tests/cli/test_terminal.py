"""What others wrote is read on the terminal, and does nothing there."""

import json

import pytest
import typer
from rich.table import Table

from cli.terminal import print_json, say, stop, terminal
from resources.to_type import TRIAL, in_page, to_type

TEXT = "[bold]a[/bold] [link=http://elsewhere.example]b[/link] :bomb: \x1b[31mc\x1b]8;;http://x\x07d\u202ee\rf"
SHOWN = "[bold]a[/bold] [link=http://elsewhere.example]b[/link] :bomb: \\x1b[31mc\\x1b]8;;http://x\\x07d\\u202ee\\rf"


def test_quiet_a_text_is_printed_as_it_is_in_lines_tables_and_errors(capsys: pytest.CaptureFixture[str]) -> None:
    console = terminal()
    console.print(TEXT, style="red", soft_wrap=True)
    table = Table(TEXT, box=None)
    table.add_row(TEXT)
    console.print(table)
    say(TEXT)
    with pytest.raises(typer.Exit):
        stop(TEXT)
    printed = capsys.readouterr()
    assert printed.out.count(SHOWN) == 4
    assert printed.err == f"{SHOWN}\n"
    assert "\x1b" not in printed.out
    assert "\u202e" not in printed.out


def test_inside_of_a_trial_a_command_in_a_sentence_goes_through_it_and_nothing_else_changes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Let it pass for one run: rollcall run acme_sync --config '{accept: [rows]}'. See /srv/rollcall run 7, or rollcall."
    assert to_type(text) == in_page(text) == text
    monkeypatch.setenv(TRIAL, "--file p.csv drafts/acme")
    assert to_type(text) == text.replace(": rollcall run", ": rollcall try --file p.csv drafts/acme run")
    assert to_type(to_type("rollcall release acme d")) == "rollcall try --file p.csv drafts/acme release acme d"
    say("rollcall status")
    terminal().print("Go on with it: rollcall reexecute 7")
    assert (
        capsys.readouterr().out.replace("try --file p.csv drafts/acme ", "*") == "rollcall *status\nGo on with it: rollcall *reexecute 7\n"
    )
    monkeypatch.setenv(TRIAL, "--file 'a&b <1>.csv' acme")
    assert in_page("<pre>rollcall release acme d</pre>") == (
        "<pre>rollcall try --file &#x27;a&amp;b &lt;1&gt;.csv&#x27; acme release acme d</pre>"
    )


def test_quiet_json_for_other_programs_says_the_same_and_holds_no_control_character(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"file": TEXT + "\x9b\x7fÅ"})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"file": TEXT + "\x9b\x7fÅ"}
    assert printed.replace("\n", "").isprintable()
    assert "Å" in printed
