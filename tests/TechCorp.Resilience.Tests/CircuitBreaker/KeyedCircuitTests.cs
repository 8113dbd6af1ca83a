namespace TechCorp.Resilience.Tests;

public sealed class KeyedCircuitTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);
    private readonly TestClock _clock = new();
    private readonly CircuitBreakerRegistry<string> _breakers;

    public KeyedCircuitTests() => _breakers = new CircuitBreakerRegistry<string>("tenant", timeProvider: _clock);

    [Fact]
    public void A_key_has_one_breaker_that_carries_its_name()
    {
        _breakers.Get("a").Should().BeSameAs(_breakers.Get("a"));
        _breakers.Get("a").Name.Should().Be("tenant a");
    }

    [Fact]
    public void One_that_opens_leaves_the_others_closed()
    {
        _breakers.Get("a").Fail(5);

        _breakers.Get("a").State.Should().Be(CircuitState.Open);
        _breakers.Get("b").State.Should().Be(CircuitState.Closed);
    }

    [Safeguard("Keys that come and go leave nothing")]
    [Fact]
    public void An_idle_closed_breaker_is_dropped_when_another_key_comes()
    {
        var old = _breakers.Get("a");
        _clock.Advance(Idle);

        _breakers.Get("b");

        _breakers.Circuits.Should().ContainSingle().Which.Name.Should().Be("tenant b");
        _breakers.Get("a").Should().NotBeSameAs(old);
    }

    [Safeguard("A breaker in use is not dropped", SwitchedOff = "asking for it is not noted")]
    [Fact]
    public void One_that_is_asked_for_stays()
    {
        var busy = _breakers.Get("a");
        _clock.Advance(Idle - TimeSpan.FromTicks(1));
        _breakers.Get("a");
        _clock.Advance(TimeSpan.FromTicks(1));

        _breakers.Get("b");

        _breakers.Get("a").Should().BeSameAs(busy);
    }

    [Fact, Trait("Spec", "FR7")]
    public void One_that_remembers_failures_is_kept_six_times_as_long()
    {
        var failing = _breakers.Get("failing");
        failing.Fail(1);
        _clock.Advance((6 * Idle) - TimeSpan.FromTicks(1));
        _breakers.Get("other");
        _breakers.Circuits.Should().Contain(failing);

        _clock.Advance(Idle);

        _breakers.Circuits.Should().NotContain(failing);
    }

    [Fact, Trait("Spec", "FR7")]
    public void One_that_rejects_calls_is_kept_until_it_would_admit_one()
    {
        var breakers = new CircuitBreakerRegistry<string>("tenant", new CircuitBreakerOptions { RecoveryTimeout = TimeSpan.FromDays(2) }, timeProvider: _clock);
        var open = breakers.Get("open");
        open.Fail(5);
        _clock.Advance(TimeSpan.FromDays(2) - TimeSpan.FromTicks(1));
        breakers.Circuits.Should().Contain(open);

        _clock.Advance(Idle);

        breakers.Circuits.Should().BeEmpty();
    }

    [Safeguard("An isolated breaker is not dropped", SwitchedOff = "it counts as one that remembers failures")]
    [Fact, Trait("Spec", "FR7")]
    public void An_isolated_one_stays_however_long_it_is_idle_and_however_many_keys_come()
    {
        var breakers = new CircuitBreakerRegistry<string>("tenant", timeProvider: _clock, capacity: 10);
        var isolated = breakers.Get("isolated");
        isolated.Isolate();
        _clock.Advance(TimeSpan.FromDays(30));

        for (var key = 0; key < 1_000; key++)
        {
            breakers.Get($"{key}");
        }

        breakers.Get("isolated").Should().BeSameAs(isolated);
    }

    [Safeguard("Keys that failed once are forgotten", SwitchedOff = "a breaker that remembers a failure is never dropped")]
    [Fact, Trait("Spec", "FR7")]
    public void Of_300_000_keys_that_failed_once_in_30_days_at_most_one_in_a_hundred_is_kept()
    {
        for (var key = 0; key < 300_000; key++)
        {
            _breakers.Get($"{key}").Fail(1 + (key % 5));
            _clock.Advance(TimeSpan.FromDays(30) / 300_000);
        }

        _breakers.Circuits.Count.Should().BeLessThanOrEqualTo(3_000);
    }

    [Safeguard("The breakers of a registry are bounded", SwitchedOff = "no room is made")]
    [Fact, Trait("Spec", "FR7")]
    public void A_flood_of_keys_that_fail_at_once_leaves_no_more_than_the_capacity()
    {
        var breakers = new CircuitBreakerRegistry<int>("tenant", timeProvider: _clock, capacity: 100);
        for (var key = 0; key < 10_000; key++)
        {
            breakers.Get(key).Fail(5);
        }

        breakers.Circuits.Count.Should().BeLessThanOrEqualTo(100);
    }

    [Fact, Trait("Spec", "FR7")]
    public void What_has_the_least_to_lose_makes_room_first_and_the_longest_idle_among_equals()
    {
        var breakers = new CircuitBreakerRegistry<string>("tenant", timeProvider: _clock, capacity: 4);
        breakers.Get("open").Fail(5);
        breakers.Get("failing").Fail(1);
        breakers.Get("old");
        _clock.Advance(TimeSpan.FromSeconds(1));
        breakers.Get("young");

        breakers.Get("fifth");
        breakers.Get("sixth");
        breakers.Get("seventh");

        breakers.Circuits.Select(circuit => circuit.Name).Should().Contain(["tenant open", "tenant failing", "tenant seventh"]).And.HaveCount(4)
            .And.NotContain("tenant old");
    }

    [Fact, Trait("Spec", "FR7")]
    public void A_capacity_of_nothing_is_refused()
        => FluentActions.Invoking(() => new CircuitBreakerRegistry<string>("x", capacity: 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("capacity");

    [Safeguard("Keys that come and go leave nothing", SwitchedOff = "nothing is removed")]
    [Fact]
    public void Ten_thousand_keys_that_come_once_leave_few_behind()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _breakers.Get($"{i}");
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        _breakers.Circuits.Count.Should().BeLessThan(2 * 600 + 1, "only those of two idle times can be there");
    }

    [Fact]
    public void It_searches_for_idle_breakers_at_most_once_in_the_idle_time()
    {
        var looks = 0;
        var map = new IdleMap<string, object>(static _ => new object(), _ =>
        {
            looks++;
            return CircuitMemory.Open;
        }, Idle, capacity: 100, new MonotonicClock(_clock));
        map.Get("a");
        _clock.Advance(Idle);
        map.Get("b");
        looks.Should().Be(1, "a is idle");

        map.Get("c");
        _clock.Advance(Idle - TimeSpan.FromTicks(1));
        map.Get("d");
        looks.Should().Be(1);

        _clock.Advance(TimeSpan.FromTicks(1));
        map.Get("e");
        looks.Should().Be(4, "a, b and c are idle, and d is not yet");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void An_idle_time_of_nothing_is_refused(int seconds)
    {
        Func<CircuitBreakerRegistry<string>> make = () => new CircuitBreakerRegistry<string>("x", idleAfter: TimeSpan.FromSeconds(seconds));
        make.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("idleAfter");
    }

    [Fact]
    public void Invalid_options_and_a_missing_name_are_refused_before_the_first_key_comes()
    {
        FluentActions.Invoking(() => new CircuitBreakerRegistry<string>("")).Should().Throw<ArgumentException>().WithParameterName("name");
        FluentActions.Invoking(() => new CircuitBreakerRegistry<string>("x", new CircuitBreakerOptions { FailureThreshold = 0 }))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("FailureThreshold");
    }

    [Fact]
    public void Each_breaker_has_the_options_as_they_were_and_the_rules_and_the_log_of_the_set()
    {
        var options = new CircuitBreakerOptions { FailureThreshold = 1 };
        var log = new ListLogger();
        var rules = new OutcomeRules();
        var breakers = new CircuitBreakerRegistry<string>("tenant", options, rules, timeProvider: _clock, logger: log);
        options.FailureThreshold = 9;

        breakers.Get("a").Fail();

        breakers.Get("a").State.Should().Be(CircuitState.Open);
        log.Entries.Should().Equal("1000 Circuit 'tenant a' went from Closed to Open (FailureThreshold); generation 1.");
    }
}
