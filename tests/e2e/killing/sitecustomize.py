"""Kills processes of a house at a given step of a message's journey; only on the PYTHONPATH of a test's app.

The file ``run/kill`` of the data directory says when, where and whom: ``before send app rasa``. It is removed
when it is carried out.
"""

import os
import signal
import sys
from pathlib import Path

if sys.orig_argv[-2:] == ["serve", "app"]:
    from scrapbook.journey import Steps

    RUN = Path(os.environ["SCRAPBOOK_DATA_DIR"]) / "run"
    run, once = Steps.run, Steps.once

    def kill_at(moment):
        order = RUN / "kill"
        try:
            when, step, *names = order.read_text().split()
        except OSError:
            return
        if (when, step) == moment:
            order.unlink()
            for name in sorted(names, key="app".__eq__):  # ourselves last
                os.kill(int((RUN / f"{name}.pid").read_text()), signal.SIGKILL)

    def run_and_kill(self, name, work, *args, **kwargs):
        def worked():
            kill_at(("during", name))
            return work(*args, **kwargs)

        kill_at(("before", name))
        result = run(self, name, worked)
        kill_at(("after", name))
        return result

    def once_and_kill(self, name, work, *args, **kwargs):
        result = once(self, name, work, *args, **kwargs)
        kill_at(("recorded", name))
        return result

    Steps.run, Steps.once = run_and_kill, once_and_kill
