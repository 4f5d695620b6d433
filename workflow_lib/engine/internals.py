"""The parts of Snakemake that are not its public interface, each behind one function: snakemake >= 9.20, < 10."""

from __future__ import annotations

import atexit
import dataclasses
import gc
import inspect
import logging
import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

Workflow = Any
"""`snakemake.workflow.Workflow`, which has no stable type."""

_CONSOLE = "DefaultStreamHandler"
_SELDOM = 100_000  # objects made since the last look; Python's default is 700


def is_main(workflow: Workflow) -> bool:
    """Whether this process plans the run, rather than running one of its jobs."""
    return bool(workflow.is_main_process)


def is_dry_run(workflow: Workflow) -> bool:
    """Whether the run only says what it would do."""
    return bool(workflow.dryrun)


def makes_what_is_due(workflow: Workflow) -> bool:
    """Whether this process makes, or says that it would make, what is out of date, and that alone.

    Not where the graph itself is shown or reported, where something is forced, where Snakemake's own records may be a
    reason to make a file again, or where the targets of a rule are split into batches, which must stay the same ones.
    Known when the graph is built.
    """
    # Snakemake is given its executor when it is about to build, and never when it only shows something.
    if workflow._executor_plugin is None or workflow.touch:  # noqa: SLF001
        return False
    asked = workflow.dag_settings
    forced = asked.forceall or asked.forcetargets or asked.forcerun
    return not forced and asked.batch is None and {one.item_to_choice() for one in asked.rerun_triggers} <= {"mtime"}


def add_to_reports(workflow: Workflow, shown: Callable[[Iterable[str]], Iterable[str]]) -> None:
    """Have a report show the files that `shown` names beside its targets: of a film it would show nothing otherwise."""
    create = workflow.create_report

    def creating(*arguments: Any, **named: Any) -> None:  # noqa: ANN401
        settings = workflow.dag_settings
        targets = {*settings.targets, *shown(settings.targets)}
        workflow.dag_settings = dataclasses.replace(settings, targets=targets)
        create(*arguments, **named)

    workflow.create_report = creating


def collect_seldom() -> None:
    """Have Python look for garbage seldom in this process: Snakemake keeps its graph to the end, and it is large.

    Looking through all of it again and again, and once more at the end, takes a fifth of the time of 100 films.
    """
    gc.freeze()
    gc.set_threshold(_SELDOM, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)


def executor_name(workflow: Workflow) -> str:
    """Who runs the jobs: `local`, `slurm`, ...; known when the graph is built, not while the Snakefile is read."""
    return str(workflow.executor_plugin.name)


def submits(workflow: Workflow) -> bool:
    """Whether jobs go to a cluster; known when the graph is built."""
    return not workflow.local_exec


def hand_on(workflow: Workflow, *names: str) -> None:
    """Have jobs that are submitted know these variables of the environment, which not every cluster hands on."""
    if submits(workflow):
        workflow.register_envvars(*names)


def keep_here(is_here: Callable[[str, dict[str, str]], bool]) -> None:
    """Have this process run a job itself, where `is_here` says so of its rule and wildcards, that it would submit."""
    from snakemake.jobs import Job  # noqa: PLC0415

    usual = Job.is_local.fget

    def is_local(job: Any) -> bool:  # noqa: ANN401
        return bool(usual(job)) or is_here(job.rule.name, dict(job.wildcards.items()))

    Job.is_local = property(is_local)


def use_real_cores(workflow: Workflow) -> None:
    """Start no more jobs that compute at a time than this machine has cores, however many were asked for.

    They would only delay each other, and those that a provider is to begin with. Jobs that wait take no core.
    """
    asked = workflow.global_resources.get("_cores")
    value = getattr(asked, "value", asked)
    there = os.cpu_count() or 1
    if workflow.local_exec and isinstance(value, int) and value > there:
        workflow.register_resource("_cores", there)


def cap(workflow: Workflow, resource: str, limit: int, ahead: int = 0) -> int:
    """Let at most `limit` units of `resource` be in use, however Snakemake was started; returns the limit that holds.

    `--resources` may only lower it: a limit in a profile is lost with any other `--resources`, and 0 means no limit.
    `ahead`: so many more jobs may be started, to make ready what is next; they wait for their place themselves.
    """
    asked = workflow.global_resources.get(resource)
    value = getattr(asked, "value", asked)
    lowered = max(1, min(limit, value) if isinstance(value, int) and value > 0 else limit)
    workflow.register_resource(resource, lowered + min(ahead, lowered))
    return lowered


def describe(*functions: Callable[..., Any]) -> None:
    """Tell Snakemake what its input functions take, which it would otherwise find out anew for every job."""
    for function in functions:
        function.__signature__ = _WILDCARDS  # type: ignore[attr-defined]


_WILDCARDS = inspect.Signature([inspect.Parameter("wildcards", inspect.Parameter.POSITIONAL_OR_KEYWORD)])


def force(workflow: Workflow, path: str) -> None:
    """Have the file at `path` made in this run, though Snakemake sees nothing that changed."""
    workflow.dag.forcefiles.add(path)


def prioritise(workflow: Workflow, path: str) -> None:
    """Have the job that makes `path` started before others, as `--prioritize` would."""
    workflow.dag.priorityfiles.add(path)


def await_checkpoint(workflow: Workflow, rule: str, **wildcards: str) -> None:
    """Put off what an input function is about until the output of a checkpoint is there; returns when it is.

    Raises:
        IncompleteCheckpointException: Snakemake's word for it; it asks again when the checkpoint has run.
    """
    getattr(workflow.globals["checkpoints"], rule).get(**wildcards)


def needed_jobs(workflow: Workflow) -> list[tuple[str, dict[str, str]]]:
    """The rule and wildcards of each job that this run makes; the graph must be complete."""
    return [(job.rule.name, dict(job.wildcards.items())) for job in workflow.dag.needrun_jobs()]


def spare_outputs(is_spared: Callable[[str, dict[str, str]], bool]) -> None:
    """Have Snakemake leave the outputs of a job where `is_spared` says so, given its rule and wildcards.

    It deletes outputs before a job starts and after one has failed, whoever made them.
    """
    from snakemake.jobs import Job  # noqa: PLC0415

    def sparing(remove: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def remove_unless_spared(job: Any, *arguments: Any) -> None:  # noqa: ANN401
            if not is_spared(job.rule.name, dict(job.wildcards.items())):
                await remove(job, *arguments)

        return remove_unless_spared

    Job.remove_existing_output = sparing(Job.remove_existing_output)
    Job.cleanup = sparing(Job.cleanup)


class _OnRunInfo(logging.Handler):
    def __init__(self, call: Callable[[], None]) -> None:
        super().__init__()
        self._call: Callable[[], None] | None = call

    def emit(self, record: logging.LogRecord) -> None:
        planned = getattr(getattr(record, "event", None), "value", "") == "run_info"
        # Where nothing is to be made there is no such event.
        if (planned or str(record.msg).startswith("Nothing to be done")) and self._call is not None:
            call, self._call = self._call, None
            call()


def when_planned(call: Callable[[], None]) -> None:
    """Have `call` called once, when the graph is complete and before the first job, in dry runs too."""
    _logger().addHandler(_OnRunInfo(call))


class _HideFailures(logging.Filter):
    """A failed job has said in one line what is wrong; Snakemake's own blocks about it go to its log file only."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(getattr(record, "event", None), "value", "") in {"job_error", "group_error"}:
            return False
        return not record.getMessage().startswith(_FAILURE_TALK)


_FAILURE_TALK = ("RuleException:", "CalledProcessError in")


def hide_failure_blocks() -> None:
    """Keep Snakemake's blocks about failed jobs off the console; `.snakemake/log` has them."""
    for handler in _console_handlers(_logger().handlers):
        handler.addFilter(_HideFailures())


def _console_handlers(handlers: Iterable[logging.Handler]) -> list[logging.Handler]:
    return [
        handler for handler in handlers if handler.name == _CONSOLE or type(handler).__name__ == "ColorizingTextHandler"
    ]


def _logger() -> logging.Logger:
    from snakemake.logging import logger  # noqa: PLC0415

    found: logging.Logger = logger
    return found
