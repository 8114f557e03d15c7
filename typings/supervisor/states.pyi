class SupervisorStates:
    SHUTDOWN: int
    RESTARTING: int
    RUNNING: int
