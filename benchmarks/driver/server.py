"""A server process: started on its core, waited for, always stopped."""

import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.request

START_SECONDS = 60
STOP_SECONDS = 10


def pinned(core):
    """What to put before a command so that it runs on that core. It becomes the command: the process stays the same."""
    return [] if core is None else ["taskset", "-c", str(core)]


class Server:

    def __init__(self, command, core, port, log):
        self.port = port
        self.log = log
        with open(log, "wb") as output:
            self.process = subprocess.Popen([*pinned(core), *command], stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=subprocess.STDOUT)

    def __enter__(self):
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def _wait_until_it_listens(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server has ended, see {self.log}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the server does not listen after {START_SECONDS} s, see {self.log}")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def resident_bytes(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s*(\d+)", status)
        if not found:
            raise RuntimeError(f"the server has ended, see {self.log}")
        return int(found.group(1)) * 1024

    def wait_until_quiet(self, seconds):
        """What a work has left to be done, such as ending its connections, is not the next one's."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            before = self.processor_seconds()
            time.sleep(0.2)
            if self.processor_seconds() - before <= 0.02:
                return

    def get(self, path):
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60).close()

    def name_compiled_code(self, jcmd):
        """For perf, which finds the file by the process."""
        subprocess.run([jcmd, str(self.pid), "Compiler.perfmap"], stdout=subprocess.DEVNULL, check=True, timeout=60)

    def collect_garbage(self, jcmd):
        subprocess.run([jcmd, str(self.pid), "GC.run"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       timeout=60, check=False)
