namespace TechCorp.Resilience.Tests;

public sealed class RetryAfterTests
{
    private readonly TestClock _clock = new();
    private readonly List<double> _attempts = [];

    [Theory, Trait("Spec", "RT10")]
    [InlineData(0.5, 1)]
    [InlineData(3, 3)]
    [InlineData(8, 8)]
    public async Task The_wait_that_the_dependency_asks_for_is_a_lower_bound(double asked, double wait)
    {
        await Run(new RetryOptions(), asked, succeedOn: 2);

        _attempts.Should().Equal(0, wait);
    }

    [Safeguard("Retry-After as lower bound")]
    [Fact, Trait("Spec", "RT10"), Trait("Spec", "RT18")]
    public async Task Jitter_never_goes_below_what_the_dependency_asks_for()
    {
        await Run(new RetryOptions { Jitter = JitterKind.Full, Random = new Random(3) }, asked: 1, succeedOn: 2);

        _attempts.Should().HaveCount(2);
        _attempts[1].Should().BeInRange(1, 2);
    }

    [Safeguard("Callers that were rejected together do not return together", SwitchedOff = "the wait that is asked for is exact with jitter too")]
    [Theory, Trait("Spec", "FR8")]
    [InlineData(JitterKind.Full)]
    [InlineData(JitterKind.Equal)]
    public void With_jitter_200_callers_are_spread_over_the_step_and_none_comes_before_the_time_asked(JitterKind jitter)
    {
        var plan = new RetryPlan(new RetryOptions { Jitter = jitter, Random = new Random(7) });
        double[] waits = [.. Enumerable.Range(0, 200).Select(_ =>
        {
            plan.Decide(attempts: 3, requested: TimeSpan.FromSeconds(6), circuitWait: default, left: TimeSpan.MaxValue, out var delay)
                .Should().Be(RetryStop.None);
            return delay.TotalSeconds;
        })];

        waits.Should().OnlyContain(wait => wait >= 6 && wait <= 10, "the third step is 4 s");
        waits.GroupBy(wait => (int)((wait - 6) * 10)).Max(tenth => tenth.Count()).Should().BeLessThan(20, "none of 40 tenths of a second gets them all");
        (waits.Max() - waits.Min()).Should().BeGreaterThan(3.5);
    }

    [Fact, Trait("Spec", "FR8")]
    public void The_spread_ends_before_the_deadline()
    {
        var plan = new RetryPlan(new RetryOptions { Jitter = JitterKind.Full, Random = new Random(7) });

        for (var caller = 0; caller < 200; caller++)
        {
            plan.Decide(attempts: 4, requested: TimeSpan.FromSeconds(6), circuitWait: default, left: TimeSpan.FromSeconds(6.5), out var delay)
                .Should().Be(RetryStop.None);
            delay.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(6)).And.BeLessThan(TimeSpan.FromSeconds(6.5));
        }
    }

    [Safeguard("Retry-After beyond the cap", SwitchedOff = "a longer wait is accepted")]
    [Fact, Trait("Spec", "RT11")]
    public async Task A_dependency_that_asks_for_more_than_the_longest_wait_is_not_called_again_and_the_wait_is_reported()
    {
        var outcome = await Run(new RetryOptions(), asked: 8.001, succeedOn: 2);

        _attempts.Should().Equal(0);
        outcome.Status.Should().Be(OutcomeStatus.Failure);
        outcome.Value.Should().Be(503);
        outcome.RetryAfter.Should().Be(TimeSpan.FromSeconds(8.001));
        _clock.Elapsed.Should().Be(TimeSpan.Zero);
    }

    [Fact, Trait("Spec", "RT11"), Trait("Spec", "RT13")]
    public async Task A_dependency_that_asks_for_more_than_is_left_is_not_asked_again()
    {
        var outcome = await Run(new RetryOptions(), asked: 5, succeedOn: 2, deadline: TimeSpan.FromSeconds(4));

        _attempts.Should().Equal(0);
        outcome.RetryAfter.Should().Be(TimeSpan.FromSeconds(5));
    }

    [Fact, Trait("Spec", "RT12")]
    public async Task A_wait_in_the_past_is_no_wait()
    {
        await Run(new RetryOptions(), asked: -30, succeedOn: 2);

        _attempts.Should().Equal(0, 1);
    }

    [Fact, Trait("Spec", "RT10")]
    public async Task An_exception_can_ask_for_a_wait_too()
    {
        var policy = new RetryPolicy("gateway", new RetryOptions { RetryAfter = static exception => (TimeSpan?)exception.Data["wait"] }, timeProvider: _clock);

        await _clock.RunAsync(policy.ExecuteAsync(
            ValueTask<int> (_, _) =>
            {
                _attempts.Add(_clock.Elapsed.TotalSeconds);
                return _attempts.Count == 1 ? throw new TimeoutException { Data = { ["wait"] = TimeSpan.FromSeconds(6) } } : new ValueTask<int>(1);
            },
            0).AsTask());

        _attempts.Should().Equal(0, 6);
    }

    [Fact, Trait("Spec", "RT17")]
    public async Task A_function_that_finds_no_wait_but_throws_is_reported_and_changes_nothing()
    {
        var errors = new List<Exception>();
        var options = new RetryOptions { MaxAttempts = 2, RetryAfter = static _ => throw new FormatException(), OnCallbackError = errors.Add };
        var policy = new RetryPolicy("gateway", options, timeProvider: _clock);

        var outcome = await _clock.RunAsync(policy.TryExecuteAsync(static ValueTask<int> (_, _) => throw new TimeoutException(), 0).AsTask());

        outcome.Exception.Should().BeOfType<TimeoutException>();
        errors.Should().HaveCount(2).And.AllBeOfType<FormatException>();
    }

    private Task<Outcome<int>> Run(RetryOptions options, double asked, int succeedOn, TimeSpan? deadline = null)
    {
        var pipeline = ResiliencePipeline.Create(
            "gateway", new ResiliencePipelineOptions { Retry = options, Timeout = null, CircuitBreaker = null, Deadline = deadline }, _clock);
        var operation = new ResilientOperation<int, int>((_, attempt) =>
        {
            _attempts.Add(_clock.Elapsed.TotalSeconds);
            return new ValueTask<int>(attempt.Number < succeedOn ? 503 : 200);
        })
        {
            IsFailure = static status => status >= 500,
            RetryAfter = _ => TimeSpan.FromSeconds(asked),
        };
        return _clock.RunAsync(pipeline.TryExecuteAsync(operation, 0).AsTask());
    }
}
