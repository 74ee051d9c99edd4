"""`make bench`: prints what things cost on this machine."""

from __future__ import annotations

from local import laptop
from local.lifetime import Lifetime
from tests.benchmarks import clone_cost, deploy_time, function_cost, read_cost, sanity_time, worker_memory


def main() -> None:
    print(function_cost.report(), end="\n\n", flush=True)
    print(clone_cost.report(), end="\n\n", flush=True)
    print(worker_memory.report(), end="\n\n", flush=True)
    with Lifetime() as lifetime:
        running = laptop.start(lifetime)
        print(deploy_time.report(running), end="\n\n", flush=True)
        print(sanity_time.report(running), end="\n\n", flush=True)
        print(read_cost.report(running), flush=True)


if __name__ == "__main__":
    main()
