"""Packaging workers may crash, hang or talk nonsense: it costs one request, and the next is served."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from rightcast.edge.packaging.job import Extent, Job, Made, Recipe
from rightcast.edge.packaging.pool import LONGEST_QUEUE, Pool
from tests.edge.station import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

WORKER = """
import os, sys, time
from rightcast.edge.packaging.job import Made, framed, read_job
while head := sys.stdin.buffer.read(4):
    job = read_job(sys.stdin.buffer.read(int.from_bytes(head, "big")))
    if job.out == "crash": os._exit(7)
    if job.out == "hang": time.sleep(60)
    answer = b"\\0\\0\\0\\x05hello" if job.out == "nonsense" else framed(Made(inits=[], fragments=[], size=1))
    sys.stdout.buffer.write(answer); sys.stdout.buffer.flush()
"""


def job(out: str) -> Job:
    nothing = Extent("/dev/null", 0, 0)
    return Job(recipe=Recipe.FRAGMENTS, source=nothing, before=(), time=0, sequence=0, out=out)


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(1, command=[sys.executable, "-c", WORKER], job_s=0.5)
    yield pool
    await pool.close()


async def test_no_worker_runs_before_the_first_job(pool: Pool) -> None:
    before = len(psutil.Process().children())
    assert isinstance(await pool.make(job("fine")), Made)
    assert len(psutil.Process().children()) == before + 1


@pytest.mark.parametrize("fault", ["crash", "hang", "nonsense"])
async def test_a_fault_costs_one_job_and_the_worker_is_replaced(pool: Pool, fault: str) -> None:
    assert isinstance(await pool.make(job("fine")), Made)
    faulty, fine = await asyncio.gather(pool.make(job(fault)), pool.make(job("fine")))
    assert faulty is None
    assert isinstance(fine, Made)
    assert pool.replaced == 1


async def test_more_jobs_than_may_wait_are_refused(pool: Pool) -> None:
    assert isinstance(await pool.make(job("fine")), Made)
    hanging = asyncio.create_task(pool.make(job("hang")))
    await asyncio.sleep(0)  # it is in the queue
    await eventually(pool._queue.empty)  # a worker has it
    waiting = [asyncio.create_task(pool.make(job("fine"))) for _ in range(LONGEST_QUEUE)]
    await asyncio.sleep(0)
    assert await pool.make(job("fine")) is None
    assert all(isinstance(one, Made) for one in await asyncio.gather(*waiting))
    assert await hanging is None


async def test_the_end_of_the_pool_ends_its_workers_and_answers_who_waits(pool: Pool) -> None:
    before = set(psutil.Process().children())
    assert isinstance(await pool.make(job("fine")), Made)
    workers = [one for one in psutil.Process().children() if one not in before]
    assert workers
    waiting = asyncio.create_task(pool.make(job("hang")))
    await asyncio.sleep(0)
    await pool.close()
    assert await waiting is None
    assert not psutil.wait_procs(workers, timeout=5)[1]


async def test_bytes_that_are_no_transport_stream_give_nothing_and_the_worker_lives(tmp_path: Path) -> None:
    real = Pool(1)
    source = tmp_path / "source"
    source.write_bytes(b"no transport stream" * 1000)
    wrong = Job(recipe=Recipe.FRAGMENTS, source=Extent(str(source), 0, 19_000), before=(), time=0, sequence=0,
                out=str(tmp_path / "out"))  # fmt: skip
    missing = Job(recipe=Recipe.FRAGMENTS, source=Extent(str(tmp_path / "none"), 0, 1), before=(), time=0, sequence=0,
                  out=str(tmp_path / "out"))  # fmt: skip
    found = await real.make(wrong)
    assert found is None or not found.fragments
    assert await real.make(missing) is None
    assert real.replaced == 0
    await real.close()
