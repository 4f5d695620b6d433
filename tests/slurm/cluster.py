"""A real Slurm for tests: munge, a controller and nodes on this machine, thrown away at the end."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Self

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo", "scontrol", "scancel", "setpriv")
READY_S = 30.0
_SBIN = "/usr/sbin:/sbin"
_PLUGIN = Path(__file__).resolve().parents[2] / ".venv/slurm"


def missing() -> list[str]:
    """The programs that a cluster needs and this machine lacks, and Snakemake's plugin for it."""
    plugin = "snakemake_executor_plugin_slurm"
    lacks = [] if (_PLUGIN / plugin).is_dir() else [plugin]
    return [name for name in PROGRAMS if _found(name) is None] + lacks


class Cluster:
    """Slurm with nodes that are processes of this machine; as a context it is up within.

    Its daemons are children of this process, by whose pids they are ended, and end with it whatever happens. All that
    they keep is in a temporary folder. They listen where this machine's own name leads, which is 127.0.0.1 on Debian.
    """

    def __init__(self, nodes: int = 2, cpus: int = 2, licences: str = "kling:5") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="slurm_", dir="/tmp"))
        self.nodes = [f"n{number}" for number in range(1, nodes + 1)]
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}
        self._configure(cpus, licences)

    @property
    def environment(self) -> dict[str, str]:
        """What Slurm's commands need to find this cluster, and Snakemake its plugin for it."""
        path = f"{os.environ['PATH']}:{_SBIN}"
        return {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": path, "PYTHONPATH": str(_PLUGIN)}

    def __enter__(self) -> Self:
        try:
            self._start_munge()
            self.start_controller()
            for node in self.nodes:
                self.start_node(node)
            self._await(lambda: self.ask("sinfo", "-h", "-N", "-t", "idle", "-o", "%N").split() == self.nodes, "idle")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End all jobs and daemons, and remove the folder."""
        if self._is_running("slurmctld"):
            self.ask("scancel", "--full", "--me")
            with contextlib.suppress(AssertionError):
                self._await(lambda: not self.ask("squeue", "-h", "-o", "%i"), "empty", 10)
        for name in sorted(self._daemons, key=lambda name: name == "munged"):
            self.end(name)
        for pid in self._steps():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, *command: str) -> str:
        """What one of Slurm's commands says; empty when it fails."""
        env = {**os.environ, **self.environment}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
        return done.stdout if done.returncode == 0 else ""

    def saved_at_ns(self) -> int:
        """When the controller last wrote its jobs down, in nanoseconds since the epoch; 0 while it has not."""
        path = self.folder / "state/job_state"
        return path.stat().st_mtime_ns if path.exists() else 0

    def jobs(self, states: str = "PENDING,RUNNING") -> list[str]:
        """The ids of the jobs in some states."""
        return self.ask("squeue", "-h", f"--states={states}", "-o", "%i").split()

    def submitted(self) -> int:
        """How many jobs were ever submitted."""
        said = self.ask("scontrol", "show", "config")
        line = next((line for line in said.splitlines() if line.startswith("NEXT_JOB_ID")), "=0")
        return int(line.partition("=")[2]) - 1

    def pause(self) -> None:
        """Have nothing started, though it may be submitted."""
        self.ask("scontrol", "update", f"NodeName={','.join(self.nodes)}", "State=DRAIN", "Reason=paused")

    def resume(self) -> None:
        """End the pause."""
        self.ask("scontrol", "update", f"NodeName={','.join(self.nodes)}", "State=RESUME")

    def held(self, folder: Path) -> float:
        """How many seconds the jobs of a folder, all of which are over, have held a core, added up over the cores."""
        told = [
            dict(word.split("=", 1) for word in line.split() if "=" in word)
            for line in self.ask("scontrol", "--oneliner", "show", "jobs").splitlines()
        ]
        jobs = [job for job in told if job.get("WorkDir") == str(folder) and job["StartTime"] != "Unknown"]
        times = [(datetime.fromisoformat(job["StartTime"]), datetime.fromisoformat(job["EndTime"])) for job in jobs]
        cores = [int(job["NumCPUs"]) for job in jobs]
        return sum((end - start).total_seconds() * n for (start, end), n in zip(times, cores, strict=True))

    def start_controller(self) -> None:
        """Start the controller, which goes on where the last one was."""
        self._start("slurmctld", "slurmctld", "-D")

    def forget(self) -> None:
        """Have the controller begin anew, without the jobs that there were; no other has the number of one of them."""
        first = self.submitted() + 100
        self.end("slurmctld", signal.SIGKILL)
        with (self.folder / "slurm.conf").open("a") as stream:
            stream.write(f"FirstJobId={first}\n")
        self._start("slurmctld", "slurmctld", "-D", "-c")
        self._await(lambda: self.submitted() >= first - 1, "up")

    def start_node(self, node: str) -> None:
        """Start the daemon of a node."""
        (self.folder / "spool" / node).mkdir(parents=True, exist_ok=True)
        self._start(node, "slurmd", "-D", "-N", node)

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """End one daemon: `slurmctld`, a node, `munged`."""
        daemon = self._daemons.pop(name)
        daemon.send_signal(how)
        try:
            daemon.wait(10)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def _is_running(self, name: str) -> bool:
        return name in self._daemons and self._daemons[name].poll() is None

    def _start_munge(self) -> None:
        (self.folder / "munge.key").touch(0o600)
        (self.folder / "munge.key").write_bytes(os.urandom(1024))
        files = {"key-file": "munge.key", "pid-file": "munged.pid", "log-file": "munged.log", "seed-file": "munge.seed"}
        options = [f"--{name}={self.folder / file}" for name, file in files.items()]
        self._start("munged", "munged", "-F", f"--socket={self.folder / 'munge.sock'}", *options)
        self._await((self.folder / "munge.sock").exists, "munge")

    def _start(self, name: str, *command: str) -> None:
        program = _found(command[0])
        assert program, f"{command[0]} is missing: apt-get install slurm-wlm munge"
        with (self.folder / f"{name}.out").open("ab") as out:
            self._daemons[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", program, *command[1:]],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _await(self, is_so: Callable[[], bool], what: str, patience_s: float = READY_S) -> None:
        deadline = time.monotonic() + patience_s
        while not is_so():
            assert time.monotonic() < deadline, f"not {what} after {patience_s:g} s\n{self._told()}"
            time.sleep(0.05)

    def _told(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-2000:] for path in sorted(self.folder.glob("*.out")))

    def _steps(self) -> list[int]:
        """The processes of jobs that outlived their node, known by the cluster that they belong to."""
        mark = f"SLURM_CONF={self.folder / 'slurm.conf'}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                is_step = (path.parent / "comm").read_text().startswith("slurmstepd")
                if is_step and mark in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
        return found

    def _configure(self, cpus: int, licences: str) -> None:
        self.folder.chmod(0o755)
        host, me = socket.gethostname().split(".")[0], pwd.getpwuid(os.getuid()).pw_name
        address = socket.gethostbyname(host)
        controller, *ports = _free_ports(1 + len(self.nodes), address)
        nodes = "\n".join(
            f"NodeName={name} NodeHostname={host} NodeAddr={address} Port={port} CPUs={cpus} RealMemory=16000"
            for name, port in zip(self.nodes, ports, strict=True)
        )
        (self.folder / "slurm.conf").write_text(
            _CONF.format(
                host=host,
                me=me,
                address=address,
                port=controller,
                folder=self.folder,
                nodes=nodes,
                licences=f"Licenses={licences}" if licences else "",
            )
        )
        # A node loads this plugin even where nothing is confined. `disabled` came with 23.02.
        said = subprocess.run([_found("slurmd") or "slurmd", "-V"], capture_output=True, text=True, check=True).stdout
        version = tuple(int(part) for part in said.split()[1].split(".")[:2])
        plugin = "disabled" if version >= (23, 2) else "cgroup/v1"
        (self.folder / "cgroup.conf").write_text(f"CgroupPlugin={plugin}\n")


def _found(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ['PATH']}:{_SBIN}")


def _free_ports(count: int, address: str) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((address, 0))
        return [one.getsockname()[1] for one in sockets]


_CONF = """\
ClusterName=films
SlurmctldHost={host}({address})
SlurmctldPort={port}
# Else every daemon would listen on all addresses.
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser={me}
SlurmdUser={me}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.sock
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
# No cgroups and no systemd are asked for.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
MailProg=/bin/true
PropagateResourceLimits=NONE
# The nodes are made up: this file is believed, not the hardware.
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
# At once, where a cluster takes its time.
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,bf_interval=1,sched_interval=2
KillWait=2
SlurmdTimeout=10
MinJobAge=300
{licences}
{nodes}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
