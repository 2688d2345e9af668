"""Values from the environment are refused by their variable's name, never by what they hold."""

import pytest

from resources.environment import EnvText, FromEnv, Secret
from resources.failures import Permanent


@pytest.mark.parametrize("value", ["hunter2\n", "hun\rter2", "hunter2\x1b", "hunter2\t", "\x85hunter2"])
@pytest.mark.parametrize("setting", [FromEnv(env="TOKEN"), Secret(env="TOKEN"), EnvText(root=FromEnv(env="TOKEN"))])
def test_quiet_a_value_with_a_line_end_or_a_control_character_is_refused_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, setting: FromEnv | EnvText, value: str
) -> None:
    monkeypatch.setenv("TOKEN", value)
    with pytest.raises(Permanent, match=r"environment variable TOKEN holds a line end .* Nothing was sent") as failure:
        setting.resolve()
    assert "unter" not in str(failure.value)


def test_a_key_of_several_lines_is_one_where_lines_are_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "-----BEGIN\nabc\n")
    assert Secret(env="KEY").resolve(lines=True) == "-----BEGIN\nabc\n"


def test_what_is_not_ascii_is_a_value_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "lösen ord")
    assert Secret(env="TOKEN").resolve() == "lösen ord"
