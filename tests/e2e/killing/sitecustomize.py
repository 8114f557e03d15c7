"""Kill processes of an installation at a step of a message's path. On the PYTHONPATH of a test's app only.

The file ``run/kill`` of the data directory says when, where and whom: ``before send app rasa``. It is removed
when it is carried out. A step that writes is part of a transaction: ``after`` it nothing is committed yet.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

if sys.orig_argv[-2:] in (["scrapbook.ops.serve", "app"], ["serve", "app"]):
    from scrapbook.assistant.client import Assistant
    from scrapbook.workflows.inbox import Inbox
    from scrapbook.workflows.intake import MessageIntake
    from scrapbook.workflows.memos import MemoSteps
    from scrapbook.workflows.outbox import Outbox
    from scrapbook.workflows.workflows import Steps

    RUN = Path(os.environ["SCRAPBOOK_DATA_DIR"]) / "run"

    def kill_at(*moment):
        order = RUN / "kill"
        try:
            when, step, *names = order.read_text().split()
        except OSError:
            return
        if (when, step) == moment:
            order.unlink()
            for name in sorted(names, key="app".__eq__):  # ourselves last
                os.kill(int((RUN / f"{name}.pid").read_text().split()[0]), signal.SIGKILL)

    def watch(owner, method, step):
        """A method that blocks."""
        work = getattr(owner, method)

        def watched(*args, **kwargs):
            kill_at("before", step)
            result = work(*args, **kwargs)
            kill_at("after", step)
            return result

        setattr(owner, method, watched)

    def watch_async(owner, method, step):
        """One that is awaited; during it, a request is on its way."""
        work = getattr(owner, method)

        async def watched(*args, **kwargs):
            kill_at("before", step)
            under_way = asyncio.ensure_future(work(*args, **kwargs))
            await asyncio.sleep(0.002)  # a moment in which the request leaves
            kill_at("during", step)
            result = await under_way
            kill_at("after", step)
            return result

        setattr(owner, method, watched)

    watch(MessageIntake, "_accept", "accept")
    watch_async(MessageIntake, "accept", "take")
    watch_async(Assistant, "answer", "understand")
    watch(Inbox, "_finish", "finish")
    watch(Outbox, "add", "hand_over")
    watch_async(Outbox, "_submit", "send")
    watch(Outbox, "_record_sent", "record_sent")
    watch(MemoSteps, "create_messages", "begin_memos")

    run, once = Steps.run, Steps.durable

    def run_and_kill(self, name, work, *args, **kwargs):
        def worked():
            kill_at("during", name)
            return work(*args, **kwargs)

        kill_at("before", name)
        result = run(self, name, worked)
        kill_at("after", name)
        return result

    def once_and_kill(self, name, work, *args, **kwargs):
        result = once(self, name, work, *args, **kwargs)
        kill_at("recorded", name)
        return result

    Steps.run, Steps.durable = run_and_kill, once_and_kill
