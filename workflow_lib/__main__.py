"""`python -m workflow_lib` is the same program as `clipwright`."""

from workflow_lib.cli import main

main()
