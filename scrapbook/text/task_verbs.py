"""Verbs that begin a task."""

TASK_VERBS = frozenset(
    """
    add ask book bring buy call cancel change check clean collect cook do draft drop email file find fix
    follow get give go help invite join keep learn leave make meet message move order pack pay pick plan post
    print read remember remind repair reply return see sell send show start stop take tell text thank try
    visit wash watch write
    """.split()  # noqa: SIM905 - as many literals would take thirty lines
)
