"""`snakemake --lint`, without its wish for conda or container directives: the environment is requirements.txt."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UNWANTED = "Specify a conda environment or container for each rule."

if __name__ == "__main__":
    command = [sys.executable, "-m", "snakemake", "--lint", "json"]
    lint = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not lint.stdout.startswith("{"):
        sys.exit(lint.stdout + lint.stderr)
    found = json.loads(lint.stdout)
    items = [*found["snakefiles"], *found["rules"]]
    bad = [
        f"{item.get('for', '')}: {one['title']}" for item in items for one in item["lints"] if one["title"] != UNWANTED
    ]
    sys.exit("\n".join(bad) or 0)
