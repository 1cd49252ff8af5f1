"""Jobs of the ground itself."""

from procrastinate import JobContext
from procrastinate.contrib.django import app


@app.periodic(cron="*/5 * * * *")
@app.task(name="infrastructure.retry-stalled", queueing_lock="infrastructure.retry-stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Queue again what a killed worker left half-done: without this such a job stays "doing" for ever."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)
