"""What this machine is, and where its tools are."""

import os
import pathlib
import re
import resource
import shutil
import subprocess

BENCHMARKS = pathlib.Path(__file__).resolve().parent.parent
ROOT = BENCHMARKS.parent

OLDEST_JAVA = 21


def output_of(*command):
    """What a command prints, or nothing if there is no such command."""
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout


def java_version(home):
    """From the file that every JDK has; nothing if there is no JDK."""
    release = pathlib.Path(home) / "release"
    if not (pathlib.Path(home) / "bin" / "javac").exists() or not release.exists():
        return None
    found = re.search(r'JAVA_VERSION="([\d.]+)', release.read_text())
    return tuple(int(part) for part in found.group(1).split(".")) if found else None


def newest_jdk():
    """In variables such as JAVA25_HOME and in the usual places; what the profile newest-jdk of the build looks at, too."""
    homes = [value for name, value in os.environ.items() if re.fullmatch(r"JAVA(\d+)?_HOME|JDK\d+", name)]
    for place in ("/usr/lib/jvm", pathlib.Path.home() / ".sdkman/candidates/java", pathlib.Path.home() / ".jdks"):
        homes += sorted(pathlib.Path(place).glob("*"))
    versions = [(java_version(home), str(home)) for home in homes]
    usable = [found for found in versions if found[0] and found[0][0] >= OLDEST_JAVA]
    if not usable:
        raise SystemExit(f"no JDK from {OLDEST_JAVA} on; --java-home or JAVA25_HOME says where one is")
    return max(usable)[1]


def jar_version(target, artifact):
    """Of what a module is started with. Quarkus puts the group before the name."""
    for jar in target.glob("**/lib/**/*.jar"):
        found = re.search(rf"(^|\.){re.escape(artifact)}-(\d.*)\.jar$", jar.name)
        if found:
            return found.group(2)
    return "?"


def debian_version(package):
    found = re.search(r"^[\d.]+", output_of("dpkg-query", "-W", "-f", "${Version}", package))
    return found.group(0) if found else "?"


def has_header(name):
    """Whether there is something to compile C with."""
    compiled = subprocess.run(["cc", "-E", "-"], input=f"#include <{name}>", text=True, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False)
    return compiled.returncode == 0


def describe(java_home):
    processor = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())
    kernel = os.uname()
    return {
        "processor": f"{processor.group(1) if processor else kernel.machine}, {os.cpu_count()} cores",
        "memory": f"{int(memory.group(1)) // (1 << 20)} GiB",
        "kernel": f"{kernel.sysname} {kernel.release.split('-')[0]}",
        # Some pace what is sent, with timers that cost on loopback, too.
        "congestion_control": pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip(),
        "commit": output_of("git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude", "*").strip(),
        "java": ".".join(str(part) for part in java_version(java_home)),
    }


def check_tools():
    missing = [tool for tool in ("taskset", "make", "cc", "openssl") if not shutil.which(tool)]
    missing += ["zlib.h"] if "cc" not in missing and not has_header("zlib.h") else []
    if missing:
        raise SystemExit(f"there is no {', no '.join(missing)} (Debian: util-linux, make, gcc, openssl, zlib1g-dev)")


def check_open_files(connections):
    """Raises the soft limit as far as it goes; the servers inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < connections + 200:
        raise SystemExit(f"{connections} connections need a limit of {connections + 200} open files, it is {hard}: "
                         f"raise it (ulimit -n), or leave works out with --work")
