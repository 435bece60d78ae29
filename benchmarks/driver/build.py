"""Compiles what is measured and what measures."""

import os
import shutil
import subprocess

from driver.commands import run
from driver.machine import BENCHMARKS, ROOT

# The checks of the normal build are not repeated for a run.
SKIPPED = ["-DskipTests", "-Dcheckstyle.skip", "-Dspring-javaformat.skip", "-Djacoco.skip"]

GENERATOR = BENCHMARKS / "generator" / "target" / "generator"


def build(contenders, java_home):
    run("make", "-s", "-C", BENCHMARKS / "generator")
    modules = sorted({contender.module for contender in contenders if contender.module})
    if modules:
        maven(modules, java_home)
    for contender in contenders:
        if contender.build:
            contender.build()
    if any(contender.tls for contender in contenders):
        make_certificate()


def maven(modules, java_home):
    for module in modules:
        # What an earlier version needed would stay on the class path.
        shutil.rmtree(BENCHMARKS / module / "target" / "lib", ignore_errors=True)
    projects = ",".join(f"benchmarks/{module}" for module in modules)
    run("./mvnw", "-q", "-Pbenchmarks", "-pl", projects, "-am", "package", *SKIPPED, cwd=ROOT,
        env={**os.environ, "JAVA_HOME": java_home})


def make_certificate():
    folder = BENCHMARKS / "target" / "tls"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "certificate.pem").exists():
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",  # Jetty compares it with the Host header
            "-keyout", folder / "key.pem", "-out", folder / "certificate.pem", stderr=subprocess.DEVNULL)
