"""Start Dagster's webserver and daemon for one instance, and stop both together. Nothing of the pipeline is known here."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from pipelines.dagster_home import prepare_dagster_home
from pipelines.errors import PortfolioError
from pipelines.instance import PROJECT_ROOT, Instance
from pipelines.refresh import end_dead_runs_of


def serve(instance: Instance, host: str, port: int) -> int:
    """Run webserver and daemon until one of them ends or Ctrl-C is pressed. Returns the exit code of the first to end."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortfolioError(
                f"Cannot listen on {host}:{port} ({error.strerror}). Choose another port with --port."
            ) from error
    prepare_dagster_home(instance)
    end_dead_runs_of(instance)
    programs = Path(sys.prefix) / "bin"
    workspace = ["-w", str(PROJECT_ROOT / "workspace.yaml")]
    commands = [
        [str(programs / "dagster-webserver"), "-h", host, "-p", str(port), *workspace],
        [str(programs / "dagster-daemon"), "run", *workspace],
    ]
    print(f"Dagster UI of {instance.settings.name}: http://{host}:{port}  (Ctrl-C stops it)", flush=True)
    processes = [subprocess.Popen(command, cwd=PROJECT_ROOT, env=os.environ) for command in commands]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        while all(p.poll() is None for p in processes):
            time.sleep(0.5)
        return next(code for p in processes if (code := p.poll()) is not None)
    except KeyboardInterrupt:
        return 0
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=20)
