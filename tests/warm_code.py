"""Our code, imported once for all that is forked, and whether an installation has the same."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import sys
from pathlib import Path

from snakemake.cli import get_argument_parser

import workflow_lib

_HOME = Path(workflow_lib.__file__).parent


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    """The age and the size of each file of ours in `folder`."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__"]
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size) for path in paths}


_STATE = _state(_HOME)


def settle(folder: Path) -> None:
    """Let this process have the code of the installation in `folder`: what was imported, if it is the same."""
    ours = [name for name in sys.modules if name.partition(".")[0] == workflow_lib.__name__]
    is_same = _state(folder / workflow_lib.__name__) == _STATE
    for name in ours:
        if is_same:
            _move(name, str(folder / workflow_lib.__name__))
        else:
            del sys.modules[name]


def _move(name: str, home: str) -> None:
    """Let a module say that it was imported from another folder."""
    module = sys.modules[name]
    module.__file__ = str(module.__file__).replace(str(_HOME), home, 1)
    if hasattr(module, "__path__"):
        module.__path__ = [path.replace(str(_HOME), home, 1) for path in module.__path__]


for _found in pkgutil.walk_packages(workflow_lib.__path__, f"{workflow_lib.__name__}."):
    if not _found.name.endswith(".__main__"):
        importlib.import_module(_found.name)
# Snakemake looks for its plugins among all that is installed, once in a process.
get_argument_parser()
# Else every process that is forked looks through all this for garbage.
gc.collect()
gc.freeze()
