from scrapbook.net.rate_limiter import FORGET_FROM, RateLimiter

ADA, BOB = 1, 2


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_goes_through_at_once_and_the_rest_one_by_one():
    pace = RateLimiter(60, Clock())
    assert [pace.delay(ADA) for _ in range(63)] == [0.0] * 60 + [1.0, 2.0, 3.0]


def test_who_waited_is_let_through_again():
    clock = Clock()
    pace = RateLimiter(60, clock)
    for _ in range(60):
        pace.delay(ADA)
    clock.now += 2
    assert [pace.delay(ADA) for _ in range(3)] == [0.0, 0.0, 1.0]
    clock.now += 1000
    assert [pace.delay(ADA) for _ in range(61)] == [0.0] * 60 + [1.0]


def test_one_persons_flood_slows_nobody_else():
    pace = RateLimiter(60, Clock())
    for _ in range(1000):
        pace.delay(ADA)
    assert pace.delay(BOB) == 0


def test_without_a_limit_nobody_waits():
    pace = RateLimiter(0, Clock())
    assert {pace.delay(ADA) for _ in range(1000)} == {0.0}


def test_what_comes_too_early_is_refused_and_not_counted():
    clock = Clock()
    limit = RateLimiter[str](3, clock)
    assert [limit.allows("ada") for _ in range(5)] == [True, True, True, False, False]
    assert limit.allows("bob")
    clock.now += 20
    assert [limit.allows("ada") for _ in range(2)] == [True, False]


def test_who_has_not_come_for_long_takes_no_memory():
    clock = Clock()
    limit = RateLimiter[int](60, clock)
    for key in range(20 * FORGET_FROM):
        clock.now += 1
        assert limit.allows(key)
    assert len(limit._free_at) <= FORGET_FROM


def test_who_is_still_limited_is_not_forgotten():
    limit = RateLimiter[int](1, Clock())
    everybody = range(3 * FORGET_FROM)
    assert all(limit.allows(key) for key in everybody)
    assert not any(limit.allows(key) for key in everybody)
