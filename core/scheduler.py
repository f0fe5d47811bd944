"""The ticking jobs: each is idempotent, and a lease lets one process at a time run them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import attrs
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from .contract.faults import Fault, FaultReporter


@attrs.frozen(kw_only=True)
class Job:
    """Something to do every `seconds`; `alone` jobs run in one process at a time, the others in each."""

    name: str
    seconds: float
    run: Callable[[], object]
    alone: bool = True


Lease = Callable[[str], AbstractContextManager[bool]]


class Scheduler:
    """Ticks the jobs on threads of this process.

    APScheduler keeps its jobs in memory and only ticks: a shared job store runs jobs more than once. The right to run is
    `lease`, which gives True inside its block to whoever holds it; who does not get it leaves the tick out.
    """

    def __init__(self, jobs: tuple[Job, ...], *, lease: Lease, faults: FaultReporter) -> None:
        self._jobs = jobs
        self._lease = lease
        self._faults = faults
        self._ticker: Any = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )

    def start(self) -> None:
        """Start ticking; each job runs for the first time after its interval."""
        for job in self._jobs:
            self._ticker.add_job(self.tick, "interval", seconds=job.seconds, args=(job,), id=job.name)
        self._ticker.start()

    def stop(self) -> None:
        """Stop ticking and wait for the jobs that run."""
        self._ticker.shutdown(wait=True)

    def tick(self, job: Job) -> bool:
        """Run `job` once if this process may; answer whether it ran to its end."""
        try:
            if not job.alone:
                job.run()
                return True
            with self._lease(job.name) as held:
                if held:
                    job.run()
                return held
        except Exception as error:  # noqa: BLE001 - a job that fails must not end the ticking of the others
            title = f"The periodic job '{job.name}' failed"
            detail = f"{type(error).__name__}: {error}"
            self._faults.report(Fault(fingerprint=f"job:{job.name}", title=title, detail=detail))
            return False
