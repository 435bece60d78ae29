"""What the servers have to do. Each work is a call of the generator."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Work:
    name: str
    title: str
    kind: str  # the generator's name for it
    path: str
    connections: int
    size: int = 64
    in_flight: int = 1
    one_by_one: bool = False
    deflate: bool = False
    bytes: int = 0
    # How many times the usual warm-up: what is run once per connection takes long to be compiled.
    warmups: int = 1
    # Measured in a process of its own, whose memory no other work has touched.
    fresh: bool = False

    def arguments(self, seconds, warmup, settle):
        arguments = [
            "--work", self.kind,
            "--conns", str(self.connections),
            "--size", str(self.size),
            "--inflight", str(self.in_flight),
            "--seconds", str(seconds),
            "--warmup", str(warmup),
            "--settle", str(settle),
        ]
        if self.one_by_one:
            arguments.append("--one-by-one")
        if self.deflate:
            arguments.append("--deflate")
        if self.bytes:
            arguments += ["--bytes", str(self.bytes)]
        return arguments


WORKS = [
    Work("echo-100", "echo, 100 × 1 × 64 B", "echo", "/echo", 100),
    Work("echo-100x16", "echo, 100 × 16 × 64 B", "echo", "/echo", 100, in_flight=16),
    Work("echo-100x16-single", "the same, sent one by one", "echo", "/echo", 100, in_flight=16, one_by_one=True),
    Work("echo-1000", "echo, 1,000 × 1 × 64 B", "echo", "/echo", 1000),
    Work("echo-8k", "echo, 100 × 1 × 8 KiB", "echo", "/echo", 100, size=8192),
    Work("echo-deflate", "compressed echo, 100 × 1 × 1 KiB of JSON", "echo", "/echo", 100, size=1024, deflate=True),
    Work("fanout-1000", "fan-out to 1,000, 100 B", "fanout", "/fanout", 1000, size=100),
    Work("fanout-5000", "fan-out to 5,000, 100 B", "fanout", "/fanout", 5000, size=100),
    Work("setup", "connections set up and closed", "setup", "/echo", 32, warmups=12),
    Work("upload", "upload of 1 GiB in 32 KiB", "upload", "/upload", 1, size=32768, bytes=1 << 30),
    Work("idle", "9,000 idle connections", "idle", "/echo", 9000, fresh=True),
    Work("idle-deflate", "9,000 idle, compression negotiated", "idle", "/echo", 9000, size=1024,
         deflate=True, fresh=True),
]


def quick(work):
    """The same with so little of everything that it only shows that it runs."""
    return replace(work, connections=min(work.connections, 200), bytes=min(work.bytes, 1 << 24), fresh=False)
