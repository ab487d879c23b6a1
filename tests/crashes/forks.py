"""A process that has loaded everything once and forks for each run, so that forty kills do not load it forty times. No test.

Started as `python -m tests.crashes.forks ROOT`, it reads a line per run: `refresh` (the command itself), or `publish N` (a release
of the newest audited build, killed by itself before its N-th change of the disk; 0: never). Each run leads a process group of its
own. It says `run PID` before a run and `end STATUS` after it, and of a `publish` every change to come as `change N EVENT PATH`.
"""

import os
import signal
import sys
from pathlib import Path

CHANGES = ("os.rename", "os.symlink", "os.remove", "os.mkdir", "os.rmdir", "subprocess.Popen")


def main(root: str) -> None:
    """Serve until standard input ends."""
    import great_expectations  # noqa: F401  # loaded for the forks, as is what these load

    import pipelines.audit.run  # noqa: F401
    from pipelines import definitions
    from pipelines.defs.jobs import JOB_NAME
    from pipelines.instance import Instance

    graph = definitions.build_definitions(Instance.load(root))
    graph.resolve_job_def(JOB_NAME)
    definitions.build_definitions = lambda _: graph  # the same for every fork: neither code nor contracts change
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.setsid()
            say(f"run {os.getpid()}")
            run(root, *line.split())
        _, status = os.waitpid(child, 0)
        say(f"end {os.waitstatus_to_exitcode(status)}")


def run(root: str, what: str, killed_before: str = "0") -> None:
    """In the fork: does the work and ends the process."""
    if what == "refresh":
        from pipelines.cli import main as command

        sys.argv = ["portfolio", "--instance", root, "refresh"]
        try:
            command()
        except SystemExit as end:
            os._exit(int(end.code or 0))  # at a usual end, libraries would wait for threads that a fork has not got
    from pipelines.instance import Instance
    from pipelines.lock import refresh_lock
    from pipelines.release.publish import clean_leftovers, publish
    from pipelines.release.standing import remove_old
    from pipelines.transform.build import Build

    instance = Instance.load(root)
    audited = sorted(instance.build.glob("*/audit/audit.json"), key=lambda p: p.stat().st_mtime)
    with refresh_lock(instance):
        sys.addaudithook(Killer(int(killed_before)))
        clean_leftovers(instance)
        publish(Build(audited[-1].parents[1]), instance)
        remove_old(instance)
    os._exit(0)


class Killer:
    """An audit hook that counts changes of the disk, says each, and kills the process group before the one that was named."""

    def __init__(self, before: int) -> None:
        self.before, self.count = before, 0

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """Called by Python before what it audits."""
        is_writing = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if event not in CHANGES and not is_writing:
            return
        self.count += 1
        path = arguments[1] if event in ("os.rename", "os.symlink") else arguments[0]
        say(
            f"change {self.count} {event} {Path(os.fsdecode(path)).name if isinstance(path, str | bytes | Path) else path}"
        )
        if self.count == self.before:
            os.killpg(0, signal.SIGKILL)


def say(line: str) -> None:
    """A whole line at once, among those of the forks."""
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1])
