"""What this library is held to: its median divided by the contender's, in the same run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    title: str
    work: str
    figure: str
    bounds: dict  # by the contender's name
    contender: str = "controller"
    at_least: bool = False

    def holds(self, ratio, bound):
        return ratio >= bound if self.at_least else ratio <= bound


TARGETS = [
    Target("echo 100 × 1 × 64 B", "echo-100", "cpu",
           {"spring-handler": 0.45, "vertx": 1.05, "gorilla": 0.95, "c-loop": 1.35}),
    Target("echo 100 × 16 × 64 B", "echo-100x16", "cpu",
           {"spring-handler": 0.70, "vertx": 1.10, "gorilla": 0.80, "c-loop": 1.35}),
    Target("the same, auto-flush off", "echo-100x16", "cpu",
           {"spring-handler": 0.45, "vertx": 0.95, "gorilla": 0.60, "c-loop": 1.15}, contender="controller-batched"),
    Target("echo 100 × 16 × 64 B, sent one by one", "echo-100x16-single", "cpu",
           {"spring-handler": 0.70, "vertx": 1.10, "gorilla": 0.80, "c-loop": 1.35}),
    Target("the same, auto-flush off", "echo-100x16-single", "cpu",
           {"spring-handler": 0.45, "vertx": 0.95, "gorilla": 0.60, "c-loop": 1.15}, contender="controller-batched"),
    Target("echo 1,000 × 1 × 64 B", "echo-1000", "cpu",
           {"spring-handler": 0.40, "vertx": 1.0, "gorilla": 0.95, "c-loop": 1.5}),
    Target("echo 100 × 1 × 8 KiB", "echo-8k", "cpu",
           {"spring-handler": 0.16, "vertx": 1.05, "gorilla": 0.45, "c-loop": 1.15}),
    Target("fan-out to 1,000, per delivery", "fanout-1000", "cpu",
           {"spring-handler": 0.4, "vertx": 1.0, "gorilla": 1.0}),
    Target("fan-out to 5,000, per delivery", "fanout-5000", "cpu",
           {"spring-handler": 0.4, "vertx": 1.0, "gorilla": 1.0}),
    Target("idle memory", "idle", "memory", {"spring-handler": 0.35, "gorilla": 1.3}),
    Target("connections set up per second", "setup", "rate", {"spring-handler": 1.0}, at_least=True),
]
