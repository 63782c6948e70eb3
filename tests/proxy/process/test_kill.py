"""The kill switch is a file."""

from pathlib import Path

from proxy.process.kill import KillSwitch


def test_it_is_on_while_the_file_is_there(tmp_path: Path) -> None:
    """Whoever made it; also before the start."""
    file = tmp_path / "kill"
    switch = KillSwitch(file)
    assert not switch.on
    file.touch()
    assert switch.look()
    assert (switch.on, KillSwitch(file).on) == (True, True)
    file.unlink()
    switch.look()
    assert not switch.on


def test_pulling_makes_the_file(tmp_path: Path) -> None:
    """So that other processes see it, with the reason."""
    file = tmp_path / "kill"
    switch = KillSwitch(file)
    switch.pull("because")
    assert (switch.on, file.read_text()) == (True, "because\n")
    switch.release()
    assert (switch.on, file.exists()) == (False, False)


def test_it_holds_where_no_file_can_be_made(tmp_path: Path) -> None:
    """An emergency does not wait for a disk."""
    switch = KillSwitch(tmp_path / "none" / "kill")
    switch.pull("because")
    switch.look()
    assert switch.on
