"""Commands that have to succeed."""

import subprocess
import sys


def run(*command, **options):
    if subprocess.run(command, stdout=sys.stderr, check=False, **options).returncode != 0:
        raise SystemExit(f"failed: {' '.join(str(part) for part in command)}")
