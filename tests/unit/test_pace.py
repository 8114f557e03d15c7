from scrapbook.pace import Pace

ADA, BOB = 1, 2


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_goes_through_at_once_and_the_rest_one_by_one():
    pace = Pace(60, Clock())
    assert [pace.seconds(ADA) for _ in range(63)] == [0.0] * 60 + [1.0, 2.0, 3.0]


def test_who_waited_is_let_through_again():
    clock = Clock()
    pace = Pace(60, clock)
    for _ in range(60):
        pace.seconds(ADA)
    clock.now += 2
    assert [pace.seconds(ADA) for _ in range(3)] == [0.0, 0.0, 1.0]
    clock.now += 1000
    assert [pace.seconds(ADA) for _ in range(61)] == [0.0] * 60 + [1.0]


def test_one_persons_flood_slows_nobody_else():
    pace = Pace(60, Clock())
    for _ in range(1000):
        pace.seconds(ADA)
    assert pace.seconds(BOB) == 0


def test_without_a_limit_nobody_waits():
    pace = Pace(0, Clock())
    assert {pace.seconds(ADA) for _ in range(1000)} == {0.0}
