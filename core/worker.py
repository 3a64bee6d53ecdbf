"""The worker: takes jobs from the queue one after the other, until told to stop.

Each runs in one transaction (see ``core.jobs``). One that fails is tried again later; one whose worker died is put
back by whichever worker notices first that it has not been heard of.
"""

import asyncio
import datetime as dt
import threading
from typing import Any

import procrastinate
import structlog
from sqlalchemy import Engine, insert, make_url
from sqlalchemy.orm import Session

from core import jobs, local_time
from core.anchor import Anchor
from core.audit import ANCHOR
from core.jobs import JobError, Task

log = structlog.get_logger("jobs")
_LONGEST_ERROR = 2000
_HEARTBEAT_S = 5.0
_SILENT_S = 30.0


class Backoff(procrastinate.BaseRetryStrategy):
    """Twice as long from try to try, from one minute up to six hours, until the task's attempts are used up."""

    def __init__(self, attempts: int, first_s: float = 60.0) -> None:
        self.attempts = attempts
        self.first_s = first_s

    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate.jobs.Job
    ) -> procrastinate.RetryDecision | None:
        """When to try again, or None to give up."""
        tried = job.attempts + 1
        if tried >= self.attempts or not isinstance(exception, Exception):
            return None
        wait_s = min(self.first_s * 2 ** (tried - 1), 6 * 3600)
        return procrastinate.RetryDecision(retry_at=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=wait_s))


class Worker:
    """One worker on one database. ``first_wait_s`` and ``silent_s`` are shorter in tests only."""

    def __init__(
        self,
        engine: Engine,
        url: str,
        anchor: Anchor | None = None,
        *,
        first_wait_s: float = 60.0,
        silent_s: float = _SILENT_S,
    ) -> None:
        self.engine = engine
        self.anchor = anchor
        self.silent_s = silent_s
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=address, min_size=1, max_size=4)
        )
        for each in jobs.TASKS.values():
            self._teach(each, first_wait_s)

    def _teach(self, each: Task, first_wait_s: float) -> None:
        def run(context: procrastinate.JobContext, /, *_due: int, **arguments: Any) -> None:
            self._run(each, context, **arguments)

        backoff = Backoff(each.attempts, first_wait_s)
        taught = self.app.task(name=each.name, pass_context=True, retry=backoff)(run)
        if each.cron:
            self.app.periodic(cron=local_time.cron_in_utc(each.cron))(taught)

    def _run(self, each: Task, context: procrastinate.JobContext, **arguments: Any) -> None:
        job = context.job
        assert job.id is not None
        try:
            with Session(self.engine, info={ANCHOR: self.anchor}) as session, session.begin():
                if jobs.claim(session, job.id):
                    each.run(session, **arguments)
        except Exception as error:
            log.warning(
                "job failed", task=each.name, job=job.id, attempt=job.attempts + 1, error=repr(error)[:200]
            )
            self._note(job.id, job.attempts + 1, error)
            raise

    def _note(self, job_id: int, attempt: int, error: Exception) -> None:
        told = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
        with Session(self.engine) as session, session.begin():
            session.execute(insert(JobError).values(job_id=job_id, attempt=attempt, error=told))

    async def _revive(self) -> None:
        """Put back the jobs of workers that have not been heard of: killed, or their machine lost."""
        for job in await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self.silent_s):
            log.warning("job of a lost worker", task=job.task_name, job=job.id)
            await self.app.job_manager.retry_job(job)

    async def _keep_reviving(self) -> None:
        while True:
            await self._revive()
            await asyncio.sleep(self.silent_s / 2)

    async def run_async(self, *, wait: bool = True) -> None:
        """Work; with ``wait=False`` until nothing is left to do."""
        async with self.app.open_async():
            reviving = asyncio.create_task(self._keep_reviving())
            try:
                await self.app.run_worker_async(
                    wait=wait,
                    delete_jobs="successful",
                    update_heartbeat_interval=min(_HEARTBEAT_S, self.silent_s / 3),
                    stalled_worker_timeout=self.silent_s,
                    fetch_job_polling_interval=2.0,
                    install_signal_handlers=wait and threading.current_thread() is threading.main_thread(),
                )
            finally:
                reviving.cancel()

    def run(self, *, wait: bool = True) -> None:
        """As :meth:`run_async`, in an event loop of its own."""
        asyncio.run(self.run_async(wait=wait))
