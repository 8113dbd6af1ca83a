namespace TechCorp.Resilience.Tests;

public sealed class RetryPolicyTests
{
    private readonly TestClock _clock = new();
    private readonly List<double> _attempts = [];

    [Fact, Trait("Spec", "RT1")]
    public async Task By_default_it_tries_at_0_1_3_7_and_15_seconds_and_throws_the_fifth_exception_as_it_is()
    {
        var policy = new RetryPolicy("gateway", timeProvider: _clock);

        Func<Task> call = () => Run(policy, succeedOn: int.MaxValue);

        var thrown = (await call.Should().ThrowExactlyAsync<InvalidOperationException>()).Which;
        thrown.Message.Should().Be("attempt 5");
        thrown.StackTrace.Should().Contain(nameof(Attempted));
        _attempts.Should().Equal(0, 1, 3, 7, 15);
        _clock.Elapsed.Should().Be(TimeSpan.FromSeconds(15));
    }

    [Theory, Trait("Spec", "RT2")]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 3)]
    [InlineData(5, 15)]
    public async Task It_stops_at_the_first_success(int succeedOn, double elapsed)
    {
        var result = await Run(new RetryPolicy("gateway", timeProvider: _clock), succeedOn);

        result.Should().Be(succeedOn);
        _attempts.Should().HaveCount(succeedOn);
        _clock.Elapsed.TotalSeconds.Should().Be(elapsed);
    }

    [Fact, Trait("Spec", "RT3")]
    public async Task One_attempt_means_no_wait_and_no_wrapper()
    {
        var policy = new RetryPolicy("gateway", new RetryOptions { MaxAttempts = 1 }, timeProvider: _clock);

        await FluentActions.Awaiting(() => Run(policy, int.MaxValue)).Should().ThrowExactlyAsync<InvalidOperationException>().WithMessage("attempt 1");

        _clock.TimersAlive.Should().Be(0);
    }

    [Fact, Trait("Spec", "RT4")]
    public async Task Ten_attempts_wait_8_seconds_from_the_fourth_wait_on()
    {
        var policy = new RetryPolicy("gateway", new RetryOptions { MaxAttempts = 10 }, timeProvider: _clock);

        await FluentActions.Awaiting(() => Run(policy, int.MaxValue)).Should().ThrowAsync<InvalidOperationException>();

        _attempts.Zip(_attempts.Skip(1), (a, b) => b - a).Should().Equal(1, 2, 4, 8, 8, 8, 8, 8, 8);
    }

    [Fact, Trait("Spec", "RT6")]
    public async Task A_canceled_wait_throws_the_callers_token_with_the_last_failure_inside_and_leaves_no_timer()
    {
        var policy = new RetryPolicy("gateway", timeProvider: _clock);
        using var caller = new CancellationTokenSource();
        var call = policy.ExecuteAsync((_, _) => Attempted(int.MaxValue), 0, caller.Token);
        await _clock.TimerSetAsync();

        await caller.CancelAsync();

        var thrown = (await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<OperationCanceledException>()).Which;
        thrown.CancellationToken.Should().Be(caller.Token);
        thrown.InnerException.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Be("attempt 1");
        _clock.TimersAlive.Should().Be(0);
    }

    [Fact, Trait("Spec", "RT7"), Trait("Spec", "CL4")]
    public async Task A_call_that_its_caller_cancels_is_not_repeated()
    {
        var policy = new RetryPolicy("gateway", timeProvider: _clock);
        using var caller = new CancellationTokenSource();
        var call = policy.ExecuteAsync((_, token) => { _attempts.Add(0); return Hang.UntilCanceled<int>(token); }, 0, caller.Token);

        await caller.CancelAsync();

        (await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(caller.Token);
        _attempts.Should().HaveCount(1);
    }

    [Fact, Trait("Spec", "RT8")]
    public async Task Errors_in_arguments_are_not_repeated() => (await AttemptsUntil(new ArgumentNullException("order"))).Should().Be(1);

    [Fact, Trait("Spec", "RT8"), Trait("Spec", "CL9")]
    public async Task Ignored_exceptions_are_not_repeated()
        => (await AttemptsUntil(new FormatException(), new OutcomeRules().Ignore<FormatException>())).Should().Be(1);

    [Fact, Trait("Spec", "RT8")]
    public async Task Failures_declared_permanent_are_not_repeated()
        => (await AttemptsUntil(new FormatException(), new OutcomeRules().DoNotRetry<FormatException>())).Should().Be(1);

    [Fact, Trait("Spec", "RT8"), Trait("Spec", "CL8")]
    public async Task An_open_circuit_inside_is_not_repeated()
    {
        var breaker = new CircuitBreaker("inner", timeProvider: _clock);
        breaker.Isolate();
        var policy = new RetryPolicy("gateway", timeProvider: _clock);

        Func<Task> call = async () => await policy.ExecuteAsync(async ValueTask<int> (token) =>
        {
            _attempts.Add(0);
            return await breaker.ExecuteAsync(static _ => new ValueTask<int>(1), token);
        });

        await call.Should().ThrowAsync<CircuitOpenException>();
        _attempts.Should().HaveCount(1);
    }

    [Fact, Trait("Spec", "RT17")]
    public async Task A_callback_that_throws_is_reported_and_changes_nothing()
    {
        var errors = new List<Exception>();
        var options = new RetryOptions { OnRetry = _ => throw new FormatException("callback"), OnCallbackError = errors.Add };

        var result = await Run(new RetryPolicy("gateway", options, timeProvider: _clock), succeedOn: 3);

        result.Should().Be(3);
        errors.Should().HaveCount(2).And.AllBeOfType<FormatException>();
    }

    [Fact, Trait("Spec", "RT17")]
    public async Task The_callback_learns_attempt_wait_and_exception()
    {
        var notices = new List<RetryNotice>();

        await Run(new RetryPolicy("gateway", new RetryOptions { OnRetry = notices.Add }, timeProvider: _clock), succeedOn: 3);

        notices.Select(n => (n.Name, n.Attempt, n.Delay.TotalSeconds, n.Exception!.Message))
            .Should().Equal(("gateway", 1, 1, "attempt 1"), ("gateway", 2, 2, "attempt 2"));
    }

    private async Task<int> AttemptsUntil(Exception exception, OutcomeRules? rules = null)
    {
        var policy = new RetryPolicy("gateway", outcomes: rules, timeProvider: _clock);
        var attempts = 0;
        Func<Task> call = async () => await policy.ExecuteAsync(ValueTask<int> (_) => { attempts++; throw exception; });
        (await call.Should().ThrowAsync<Exception>()).Which.Should().BeSameAs(exception);
        return attempts;
    }

    private Task<int> Run(RetryPolicy policy, int succeedOn)
        => _clock.RunAsync(policy.ExecuteAsync((_, _) => Attempted(succeedOn), 0).AsTask());

    private ValueTask<int> Attempted(int succeedOn)
    {
        _attempts.Add(_clock.Elapsed.TotalSeconds);
        return _attempts.Count < succeedOn ? throw new InvalidOperationException($"attempt {_attempts.Count}") : new ValueTask<int>(_attempts.Count);
    }
}
