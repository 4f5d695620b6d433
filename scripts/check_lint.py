"""`snakemake --lint`, without its wish for conda or container directives: the environment is requirements.txt."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UNWANTED = "Specify a conda environment or container for each rule."

if __name__ == "__main__":
    command = [sys.executable, "-m", "snakemake", "--lint"]
    lint = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = lint.stdout + lint.stderr
    found = re.findall(r"^    \* (.*?):?$", said, re.MULTILINE)
    wrong = [title for title in found if title.rstrip(":") != UNWANTED]
    sys.exit(said if wrong or (lint.returncode and not found) else 0)
