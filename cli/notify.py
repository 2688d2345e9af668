"""`rollcall notify-test`: whether those who are to be told can be.

Belongs here: the command and its lines. Does not belong here: sending (``resources.alerts.sending``), when somebody is told
(``assets.runs.alerts``).
"""

from typing import Annotated

import typer

from assets import loader, names
from cli.terminal import say, stop, terminal
from resources.alerts import wording
from resources.alerts.sending import send

app = typer.Typer()


@app.command("notify-test")
def notify_test(
    company: Annotated[str, typer.Argument(help="Which company.", autocompletion=names.companies)],
    target: Annotated[str | None, typer.Option(help="Only this target.")] = None,
) -> None:
    """Send a test to each target of a company's alerts, and say which took it."""
    file = names.companies_folder() / company / "defs.yaml"
    if company not in names.companies():
        stop(names.unknown("company", company, names.companies()))
    try:
        alerts = loader.read(file).alerts
    except loader.SettingsMistakes as mistakes:
        stop("\n".join(mistakes.lines))
    if alerts is None:
        stop(f"The settings of {company} have no `alerts`: nobody is told of anything. docs/settings.md says how: *alerts, who is told*.")
    targets = {name: one for name, one in alerts.targets.items() if target in (None, name)}
    if not targets:
        stop(names.unknown("target", str(target), sorted(alerts.targets)))
    say(f"A test goes to {', '.join(targets)} …")  # one that does not answer is waited for
    results = send({name: wording.trial(company, name) for name in targets}, targets)
    console = terminal()
    for name, why in results.items():
        if why:
            console.print(f"✗ {name}: {why}", style="red", soft_wrap=True)
        else:
            console.print(f"✓ {name} took it: {', '.join(targets[name].events)}.", soft_wrap=True)
    if any(results.values()):
        raise typer.Exit(1)
