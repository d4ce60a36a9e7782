"""The notices that an audit counts by beside the release's own: those of an installation, and those of files."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import typer

from api.intake.entry_reading import entry_of_fields, entry_of_text
from api.intake.notice_file import LARGEST, NoticeFileError, notice_file
from sla.almanac import Almanac
from sla.editions import Entry, check_edition, edition_of, with_entry
from sla.errors import CountingError, UnreadableNoticeError
from sla.release import RELEASE

OPTION = "--notice"


def almanac_asked(folder: Path | None, files: Iterable[Path], published: date | None) -> Almanac:
    """Return the release's almanac, or that of an installation's folder, with the notices of files in the order given."""
    almanac = RELEASE if folder is None else _of_folder(folder)
    for file in files:
        almanac = _with(almanac, file, published)
    return almanac


def _of_folder(folder: Path) -> Almanac:
    # Half of the memory that an audit may take, for what it mostly does without.
    from api.cli.almanac_in_force import almanac_in_force  # noqa: PLC0415
    from api.processes.embedded import FILE  # noqa: PLC0415
    from api.settings import read_settings  # noqa: PLC0415

    settings = read_settings(data_dir=folder, database_url="")
    if not Path(settings.database.removeprefix(FILE)).exists():
        raise typer.BadParameter(
            "没有数据库 no database is there [no-database]",
            param_hint="--data-dir",
        )
    return almanac_in_force(settings)


def _with(almanac: Almanac, file: Path, published: date | None) -> Almanac:
    """The almanac with a notice in place of what it has on the same days; refused whole where anything is wrong with it."""
    try:
        entry = _entry(almanac, file, published)
        edition = with_entry(edition_of(almanac), entry)
        check_edition(edition, entry)
    except NoticeFileError as error:
        raise typer.BadParameter(f"{file.name}: {error}", param_hint=OPTION) from None
    except UnreadableNoticeError as error:
        raise typer.BadParameter(f"{file.name}: {error} [{error.rule}]", param_hint=OPTION) from None
    except CountingError as error:
        raise typer.BadParameter(f"{file.name}: {error} [wrong-table]", param_hint=OPTION) from None
    return edition.almanac()


def _entry(almanac: Almanac, file: Path, published: date | None) -> Entry:
    with file.open("rb") as opened:
        said = notice_file(file.name, opened.read(LARGEST + 1))
    if "text" in said:
        return entry_of_text(said["text"], published, almanac)
    return entry_of_fields(said["arrangement"], almanac, replaces=True)
