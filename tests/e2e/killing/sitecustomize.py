"""Kills processes of a house at a given step of a message's journey; only on the PYTHONPATH of a test's app.

The file ``run/kill`` of the data directory says when, where and whom: ``before send app rasa``. It is removed
when it is carried out.
"""

import os
import signal
import sys
from pathlib import Path

if sys.orig_argv[-2:] == ["serve", "app"]:
    from dbos import DBOS

    RUN = Path(os.environ["SCRAPBOOK_DATA_DIR"]) / "run"
    run_step = DBOS.run_step

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

    def run_step_and_kill(options, work, *args, **kwargs):
        def worked():
            kill_at(("during", options["name"]))
            done = work(*args, **kwargs)
            kill_at(("unrecorded", options["name"]))
            return done

        kill_at(("before", options["name"]))
        result = run_step(options, worked)
        kill_at(("after", options["name"]))
        return result

    DBOS.run_step = run_step_and_kill
