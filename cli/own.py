"""What the command line hands to a destination's own commands (`destinations.command_line.CommandLine`).

Belongs here: fulfilling that. Does not belong here: any command, or a destination's name.
"""

from typing import Any, NoReturn

from assets import names
from cli import terminal


class Own:
    """The companies, their settings and the terminal."""

    def companies(self) -> list[str]:
        """See `destinations.command_line.CommandLine`."""
        return names.companies()

    def settings(self, company: str, destination: str) -> Any:
        """See `destinations.command_line.CommandLine`."""
        from assets import loader  # noqa: PLC0415 - completion does without it

        try:
            found = loader.read(loader.find(company)).destinations().get(destination)
        except loader.SettingsMistakes as mistakes:
            self.stop(str(mistakes))
        if found is None:
            self.stop(f"This company's settings have no `{destination}`.")
        return found

    def say(self, text: str, *, err: bool = False) -> None:
        """See `destinations.command_line.CommandLine`."""
        terminal.say(text, err=err)

    def stop(self, why: str) -> NoReturn:
        """See `destinations.command_line.CommandLine`."""
        terminal.stop(why)
