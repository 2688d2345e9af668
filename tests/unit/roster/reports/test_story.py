"""A person's story begins with a sentence that answers why, as far as the newest run knows."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from roster.reports.story import Chapter, LastingSkip, Line, Story, Visit, obstacle, planned, remedy, sentence

BEGAN = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)


def chapter(*visits, **parts):
    given = {"root_run_id": "r1", "job": "acme_sync", "began": BEGAN, "status": "finished", "file": "people.csv", "intake": 1}
    return Chapter(**{**given, "lines": [Line(number=7, disposition="used")], **parts}, visits=visits)


def story(*chapters, **parts):
    return Story(employee_id="E1042", chapters=chapters, **parts)


def visit(action, destination="Expensify", **parts):
    return Visit(destination=destination, action=action, **parts)


def both(action, **parts):
    return [visit(action, name, **parts) for name in ("Expensify", "Findity")]


@pytest.mark.parametrize(
    ("visits", "said"),
    [
        (both("none", outcome="unchanged"), "E1042 is in step at Expensify and Findity: nothing had to change."),
        (both("none", reason="left"), "E1042, at Expensify and Findity: has left, and has no active account."),
        (both("skip", reason="not_started", outcome="skipped"), "E1042 was left out at Expensify and Findity: has not started yet."),
        (both("skip", reason="row_rejected"), "E1042 was left out at Expensify and Findity: their row in HR's file was rejected."),
        (
            [visit("hold", intended="create", reason="first_sync")],
            "E1042 waits for a release at Expensify (to be created): first sync of the company: everything waits.",
        ),
        (
            [visit("hold", intended="create", reason="conflict")],
            "E1042 waits at Expensify until somebody settles it (to be created): "
            "number and e-mail address belong to two different accounts.",
        ),
        ([visit("create", outcome="created", landed="landed")], "E1042 was created at Expensify, and reading back shows it."),
        ([visit("update", outcome="updated", landed="not visible")], "E1042 was updated at Expensify, in fields that cannot be read back."),
        (
            [visit("create", outcome="created", landed="missing", outcome_reason="not_seen_yet")],
            "E1042 was created at Expensify, but reading back does not show it.",
        ),
        (
            [visit("create", answer="refused", reply="No policy found.", outcome="refused", outcome_reason="refused")],
            "Expensify refused that E1042 be created: No policy found.",
        ),
        (
            [visit("update", outcome="unknown", outcome_reason="unanswered")],
            "E1042 was to be updated at Expensify, and nobody knows whether they were: "
            "sent, but neither answered nor seen on reading back.",
        ),
        (
            [visit("update", answer="stale", outcome="skipped", outcome_reason="stale")],
            "E1042 was to be updated at Expensify, and was not sent: "
            "another run has written them, or whom they need, otherwise since this was planned.",
        ),
        (
            [visit("create", answer="done", outcome="unchanged", outcome_reason="done_meanwhile", landed="landed")],
            "E1042 was to be created at Expensify, and was not sent: another run has done the same since this was planned.",
        ),
        ([visit("create")], "E1042 was to be created at Expensify; nothing was sent."),
        ([visit("create", answer="accepted")], "E1042 was to be created at Expensify; no reading back has shown it yet."),
    ],
)
def test_the_sentence_says_what_became_of_the_person(visits, said):
    assert sentence(story(chapter(*visits))) == said


def test_destinations_that_differ_have_a_sentence_each():
    newest = chapter(visit("none", outcome="unchanged"), visit("skip", "Findity", reason="no_external_id"))
    assert sentence(story(newest)) == (
        "E1042 is in step at Expensify: nothing had to change. "
        "E1042 was left out at Findity: their account there carries no number of ours."
    )


def test_the_newest_run_is_the_one_that_counts():
    newest, before = chapter(visit("none", outcome="unchanged")), chapter(visit("create", outcome="created", landed="landed"))
    assert "nothing had to change" in sentence(story(newest, before))


def test_a_rejected_row_is_the_answer_and_says_what_hr_does():
    fault = Line(number=37, disposition="rejected", code="email", message="Work e-mail: This is no e-mail address.")
    told = story(chapter(visit("skip", reason="row_rejected"), lines=[fault]))
    assert sentence(told) == "E1042 was not brought in: line 37 of people.csv was rejected. Work e-mail: This is no e-mail address."
    assert remedy(told) == "HR: Enter a working e-mail address."


def test_whoever_was_there_before_is_left_as_they_were_by_rejected_rows():
    faults = [Line(number=number, disposition="rejected", code="duplicate", message="The same number.") for number in (27, 103)]
    told = replace(story(chapter(visit("skip", reason="row_rejected"), lines=faults)), acknowledged=["Expensify"])
    assert sentence(told) == "E1042 was left as they were: line 27 and line 103 of people.csv were rejected. The same number."


def test_a_row_that_is_used_beside_a_rejected_one_is_no_rejection():
    lines = [Line(number=7, disposition="superseded"), Line(number=8, disposition="used")]
    assert "rejected" not in sentence(story(chapter(visit("none", outcome="unchanged"), lines=lines)))


def test_it_says_since_when_somebody_stays_out():
    skips = [
        LastingSkip(destination="Expensify", reason="not_started", since=date(2026, 11, 2), times=14),
        LastingSkip(destination="Expensify", reason="out_of_scope", since=date(2026, 1, 1), times=90, ended=date(2026, 11, 2)),
    ]
    assert sentence(story(chapter(visit("skip", reason="not_started")), skips=skips)).endswith("So since 2026-11-02, in 14 syncs.")


def test_true_report_who_was_released_at_one_destination_and_waits_at_another_is_not_told_as_gone():
    skips = [LastingSkip(destination="Expensify", reason="limit", since=date(2026, 11, 2), times=1)]
    newest = chapter(visit("deactivate", "Findity", answer="accepted", outcome="deactivated", landed="landed"))
    told = sentence(story(newest, skips=skips))
    assert told.startswith("E1042 was deactivated at Findity")
    assert told.endswith("At Expensify, as before, they wait for a release: more changes of this kind than the limit allows.")
    assert remedy(story(newest, skips=skips)) == "Finance: Look through the changes, then release the held set."
    ended = [replace(skips[0], ended=date(2026, 11, 3))]
    assert "Expensify" not in sentence(story(newest, skips=ended))
    assert remedy(story(newest, skips=ended)) is None


def test_true_report_what_is_not_known_is_not_told_as_no_change():
    assert "is in no row of people.csv" in sentence(story(chapter(visit(None), lines=[])))
    gone = sentence(story(chapter(visit(None), lines=None), acknowledged=["Expensify"]))
    assert "or nobody has this number" in gone
    assert "Its stored values are gone" in gone
    assert "Its stored values are gone" in sentence(story(chapter(visit(None), lines=None), about=3))
    never = sentence(story(chapter(visit(None), lines=None)))
    assert never.startswith("Nothing that is kept knows E1042")
    assert (
        sentence(story(acknowledged=["Expensify"])) == "No run that is kept says anything about E1042. Expensify acknowledged them earlier."
    )
    stopped = chapter(lines=None, status="stopped", failure="The file was cut short.")
    known = sentence(story(stopped, acknowledged=["Expensify"]))
    assert known == "The newest run stopped before it planned anything for E1042: The file was cut short."
    assert sentence(story(stopped)).startswith("Nothing that is kept knows E1042. The newest run stopped")


def test_of_a_night_that_stopped_it_says_first_that_it_did_and_then_which_row_of_theirs_is_at_fault():
    lines = [Line(number=8, disposition="rejected", code="email", message="Mail: This is no e-mail address.")]
    stopped = chapter(lines=lines, status="stopped", failure="7 of 12 rows were rejected. Have HR send the right one.")
    told = sentence(story(stopped, acknowledged=["Expensify"]))
    assert told.startswith("The newest run stopped before it planned anything for E1042: 7 of 12 rows were rejected. Of E1042, line 8 of ")
    assert told.endswith("was rejected. Mail: This is no e-mail address.")
    assert remedy(story(stopped)) == "HR: Enter a working e-mail address."


def test_of_a_night_that_stopped_nothing_is_advised_that_is_about_another_destinations_old_refusal():
    refused = [LastingSkip(destination="Findity", reason="refused", since=date(2026, 11, 2), times=1)]
    stopped = chapter(lines=[], status="stopped", failure="The file was cut short. Have HR send it again.")
    assert remedy(story(stopped, skips=refused)) is None
    planned = chapter(visit("none"))
    assert remedy(story(planned, skips=refused)) is not None


def test_nobody_is_told_to_do_something_where_nothing_is_to_be_done():
    assert remedy(story(chapter(visit("skip", reason="out_of_scope")))) is None
    assert remedy(story(chapter(visit("create", outcome="created", landed="landed")))) is None
    assert remedy(story()) is None
    assert remedy(story(chapter(visit("skip", reason="no_external_id")))) == "IT: Enter the employee number at their account."


def test_a_plan_is_told_in_a_line():
    assert planned(visit("update", kinds="bank_account|manager")) == "update (bank account, manager)"
    assert planned(visit("hold", intended="deactivate", kinds="leave")) == "held: deactivate (leave)"
    assert planned(visit("none")) == "nothing had to change"
    assert planned(visit(None)) == "not in this plan"
    assert obstacle(visit("create", outcome="created", landed="missing")) == "Accepted, but reading back does not show it"
    assert obstacle(visit("create", outcome="created", landed="landed")) is None


def test_what_a_destination_says_is_repeated_as_it_is():
    told = story(chapter(visit("create", reply="{who} %s {0}", outcome="refused", outcome_reason="refused")))
    assert sentence(told) == "Expensify refused that E1042 be created: {who} %s {0}."
