"""The servers that are no Java: how they are built and started, and what may be missing."""

import os
import shutil

from driver.commands import run
from driver.machine import BENCHMARKS, debian_version, has_header, output_of

# Where Debian has the sources of Go's packages.
DEBIAN_GOPATH = "/usr/share/gocode"


def start(name, *arguments):
    return lambda java, port: [str(BENCHMARKS / name / "target" / name), str(port), *arguments]


def go_path():
    return [path for path in (*os.environ.get("GOPATH", "").split(":"), DEBIAN_GOPATH) if path]


def build_gorilla():
    """With sources that are there, and without modules, which would be downloaded."""
    folder = BENCHMARKS / "gorilla"
    (folder / "target").mkdir(exist_ok=True)
    run("go", "build", "-o", "target/gorilla", ".", cwd=folder,
        env={**os.environ, "GO111MODULE": "off", "GOPATH": ":".join(go_path())})


def no_gorilla():
    if not shutil.which("go"):
        return "there is no Go (Debian: golang-go)"
    if not any(os.path.isdir(f"{path}/src/github.com/gorilla/websocket") for path in go_path()):
        return "there is no gorilla/websocket (Debian: golang-github-gorilla-websocket-dev)"
    return None


def gorilla_version():
    package = debian_version("golang-github-gorilla-websocket-dev")
    return f"gorilla/websocket {package}, Go {output_of('go', 'version').split()[2].removeprefix('go')}"


def build_c_loop():
    run("make", "-s", "-C", BENCHMARKS / "c-loop")


def c_version():
    return f"gcc {output_of('gcc', '-dumpfullversion').strip()}"


def no_openssl():
    return None if has_header("openssl/ssl.h") else "there is no OpenSSL to compile with (Debian: libssl-dev)"
