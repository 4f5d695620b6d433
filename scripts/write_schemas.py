"""Write schemas/ from the models; with --check, fail when they differ."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from workflow_lib import schemas
from workflow_lib.errors import WorkflowError

if __name__ == "__main__":
    try:
        (schemas.check if "--check" in sys.argv else schemas.write)(ROOT / "schemas")
    except WorkflowError as error:
        sys.exit(str(error))
