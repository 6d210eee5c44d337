"""What ``-`` means where a command writes a file: standard output, or wrong usage; never a name."""

from __future__ import annotations

from io import TextIOWrapper
from pathlib import Path

import pytest

from app.cli.run import run
from app.cli.session import DONE, UNAVAILABLE, USAGE
from app.models.store import Store
from tests.conftest import PASSPHRASE


@pytest.fixture
def folder(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store's folder; commands run in an empty one beside it."""
    store.close()
    monkeypatch.setenv("SANAD_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("SANAD_LANG", "en")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return store.folder


def _sanad(folder: Path, *arguments: str) -> int:
    return run(["--store", str(folder), *arguments], lambda _folder: 0)


def test_a_paper_goes_to_standard_output_and_nothing_with_it(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert _sanad(folder, "print", "intake", "--blank", "-o", "-") == DONE
    out = capfdbinary.readouterr().out
    assert (out[:5], out.rstrip()[-5:]) == (b"%PDF-", b"%%EOF")
    assert list(Path().iterdir()) == []


def test_a_file_called_dash_is_named_by_its_folder(folder: Path) -> None:
    assert _sanad(folder, "print", "intake", "--blank", "-o", "./-") == DONE
    assert [one.name for one in Path().iterdir()] == ["-"]


def test_a_paper_and_an_answer_in_json_do_not_share_standard_output(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _sanad(folder, "--json", "print", "intake", "--blank", "-o", "-") == USAGE
    assert "%PDF" not in capsys.readouterr().out


def test_standard_output_that_is_full_is_told(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        TextIOWrapper(full) as stream,  # type: ignore[type-var]
        monkeypatch.context() as patch,
    ):
        patch.setattr("sys.stdout", stream)
        assert _sanad(folder, "print", "intake", "--blank", "-o", "-") == UNAVAILABLE
    assert "Standard output cannot be written" in capfd.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ("file", "export", "-o", "-"),
        ("file", "read", "x.sanad", "-o", "-"),
        ("batch", "export", "--week", "2026-W47", "-o", "-"),
        ("batch", "read", "x.sanad", "-o", "-"),
        ("batch", "receipt", "x.sanad", "-o", "-"),
        ("store", "backup", "-"),
    ],
    ids=" ".join,
)
def test_what_cannot_go_to_standard_output_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    assert _sanad(folder, *command) == USAGE
    assert "cannot go to standard output" in capsys.readouterr().err
    assert list(Path().iterdir()) == []
