namespace TechCorp.Resilience.Tests;

public sealed class TimeoutPolicyTests
{
    private readonly TestClock _clock = new();

    [Fact, Trait("Spec", "TO1")]
    public async Task After_5_seconds_the_token_fires_and_the_call_is_rejected()
    {
        var policy = new TimeoutPolicy("inventory", timeProvider: _clock);
        var call = policy.ExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0);
        (await _clock.TimerSetAsync()).Should().Be(TimeSpan.FromSeconds(5));
        _clock.Advance(TimeSpan.FromSeconds(4.999));
        call.IsCompleted.Should().BeFalse();

        _clock.Advance(TimeSpan.FromSeconds(0.001));

        var thrown = (await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutRejectedException>()).Which;
        thrown.Timeout.Should().Be(TimeSpan.FromSeconds(5));
        thrown.Name.Should().Be("inventory");
        thrown.InnerException.Should().BeAssignableTo<OperationCanceledException>();
    }

    [Fact, Trait("Spec", "TO2")]
    public async Task A_cooperative_timeout_waits_for_an_operation_that_ignores_its_token()
    {
        var policy = new TimeoutPolicy("inventory", timeProvider: _clock);
        var answer = new TaskCompletionSource<int>();
        var call = policy.ExecuteAsync((_, _) => new ValueTask<int>(answer.Task), 0);
        await _clock.TimerSetAsync();
        _clock.Advance(TimeSpan.FromSeconds(60));
        call.IsCompleted.Should().BeFalse();

        answer.SetResult(7);

        (await call).Should().Be(7);
    }

    [Fact, Trait("Spec", "TO2")]
    public async Task An_abandoning_timeout_returns_in_time_and_the_breaker_sees_a_failure()
    {
        var pipeline = Abandoning();
        var answer = new TaskCompletionSource<int>();
        var call = pipeline.ExecuteAsync((_, _) => new ValueTask<int>(answer.Task), 0);
        await _clock.TimerSetAsync();

        _clock.Advance(TimeSpan.FromSeconds(5));

        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutRejectedException>();
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(1);
        answer.SetResult(1);
    }

    [Safeguard("The late outcome is observed", SwitchedOff = "an abandoned task is forgotten")]
    [Fact, Trait("Spec", "TO2")]
    public async Task The_late_exception_of_an_abandoned_operation_is_observed()
    {
        var unobserved = 0;
        void Count(object? sender, UnobservedTaskExceptionEventArgs e)
            => unobserved += e.Exception.InnerExceptions.Any(x => x.Message == "late and abandoned") ? 1 : 0;
        TaskScheduler.UnobservedTaskException += Count;

        await AbandonThenFailAsync();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        TaskScheduler.UnobservedTaskException -= Count;
        unobserved.Should().Be(0);
    }

    [Safeguard("The late outcome is observed")]
    [Fact, Trait("Spec", "TO2")]
    public async Task The_late_result_of_an_abandoned_operation_is_disposed()
    {
        var pipeline = Abandoning();
        var answer = new TaskCompletionSource<MemoryStream>();
        var call = pipeline.ExecuteAsync((_, _) => new ValueTask<MemoryStream>(answer.Task), 0);
        await _clock.TimerSetAsync();
        _clock.Advance(TimeSpan.FromSeconds(5));
        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutRejectedException>();

        var late = new MemoryStream();
        answer.SetResult(late);

        late.CanRead.Should().BeFalse();
    }

    [Safeguard("The caller wins over the timeout")]
    [Theory, Trait("Spec", "TO3")]
    [InlineData(TimeoutMode.Cooperative)]
    [InlineData(TimeoutMode.Abandon)]
    public async Task When_the_caller_cancels_first_its_own_token_is_in_the_exception(TimeoutMode mode)
    {
        var policy = new TimeoutPolicy("inventory", new TimeoutOptions { Mode = mode }, _clock);
        using var caller = new CancellationTokenSource();
        var call = policy.ExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0, caller.Token);

        await caller.CancelAsync();

        (await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(caller.Token);
    }

    [Fact, Trait("Spec", "TO4")]
    public async Task A_cancellation_of_the_operations_own_before_the_limit_stays_what_it_is()
    {
        var policy = new TimeoutPolicy("inventory", timeProvider: _clock);
        using var foreign = new CancellationTokenSource();
        var call = policy.ExecuteAsync((_, _) => Hang.UntilCanceled<int>(foreign.Token), 0);

        await foreign.CancelAsync();

        (await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(foreign.Token);
    }

    [Theory, Trait("Spec", "TO6")]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_limit_that_is_not_positive_is_refused(int seconds)
        => FluentActions.Invoking(() => new TimeoutPolicy("inventory", new TimeoutOptions { Timeout = TimeSpan.FromSeconds(seconds) }))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Timeout");

    [Fact, Trait("Spec", "TO6")]
    public async Task An_infinite_limit_passes_the_callers_token_through()
    {
        var policy = new TimeoutPolicy("inventory", new TimeoutOptions { Timeout = Timeout.InfiniteTimeSpan }, _clock);
        using var caller = new CancellationTokenSource();

        (await policy.ExecuteAsync(static (_, token) => new ValueTask<CancellationToken>(token), 0, caller.Token)).Should().Be(caller.Token);
        _clock.TimersAlive.Should().Be(0);
    }

    [Fact, Trait("Spec", "TO7")]
    public async Task A_call_that_completes_at_once_sets_no_timer()
    {
        var policy = new TimeoutPolicy("inventory", timeProvider: _clock);

        await policy.ExecuteAsync(static (_, _) => new ValueTask<int>(1), 0);

        _clock.TimersAlive.Should().Be(0);
    }

    [Safeguard("The fired timer is thrown away", SwitchedOff = "a timer that fired goes back to the pool")]
    [Fact, Trait("Spec", "TO7")]
    public async Task A_timer_that_fired_is_not_used_again()
    {
        var policy = new TimeoutPolicy("inventory", timeProvider: _clock);
        for (var i = 0; i < 3; i++)
        {
            var call = policy.ExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0);
            await _clock.TimerSetAsync();
            _clock.Advance(TimeSpan.FromSeconds(5));
            await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutRejectedException>();
            _clock.TimersAlive.Should().Be(0);
        }

        (await policy.ExecuteAsync(static (_, token) => new ValueTask<bool>(token.IsCancellationRequested), 0)).Should().BeFalse();
    }

    [Safeguard("The link to the caller is cut", SwitchedOff = "the registration stays")]
    [Fact, Trait("Spec", "TO7")]
    public async Task A_caller_that_cancels_after_its_call_disturbs_no_later_call()
    {
        var policy = new TimeoutPolicy("inventory", timeProvider: _clock);
        using var first = new CancellationTokenSource();
        await policy.ExecuteAsync(static (_, _) => new ValueTask<int>(1), 0, first.Token);
        var answer = new TaskCompletionSource<int>();
        CancellationToken seen = default;
        var second = policy.ExecuteAsync((_, token) => { seen = token; return new ValueTask<int>(answer.Task); }, 0);

        await first.CancelAsync();

        seen.IsCancellationRequested.Should().BeFalse();
        answer.SetResult(2);
        (await second).Should().Be(2);
    }

    [Theory, Trait("Spec", "TO8")]
    [InlineData(3, 5, "inner")]
    [InlineData(5, 3, "outer")]
    public async Task Of_nested_timeouts_the_shorter_one_is_named(int inner, int outer, string name)
    {
        var insidePolicy = new TimeoutPolicy("inner", new TimeoutOptions { Timeout = TimeSpan.FromSeconds(inner) }, _clock);
        var outsidePolicy = new TimeoutPolicy("outer", new TimeoutOptions { Timeout = TimeSpan.FromSeconds(outer) }, _clock);
        var call = outsidePolicy.ExecuteAsync(
            (_, token) => insidePolicy.ExecuteAsync(static (_, t) => Hang.UntilCanceled<int>(t), 0, token), 0);
        await _clock.TimerSetAsync();
        await _clock.TimerSetAsync();

        _clock.Advance(TimeSpan.FromSeconds(3));

        (await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutRejectedException>()).Which.Name.Should().Be(name);
    }

    private ResiliencePipeline Abandoning() => ResiliencePipeline.Create(
        "inventory", new ResiliencePipelineOptions { Retry = null, Timeout = new TimeoutOptions { Mode = TimeoutMode.Abandon } }, _clock);

    private async Task AbandonThenFailAsync()
    {
        var answer = new TaskCompletionSource<int>();
        var call = Abandoning().ExecuteAsync((_, _) => new ValueTask<int>(answer.Task), 0);
        await _clock.TimerSetAsync();
        _clock.Advance(TimeSpan.FromSeconds(5));
        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutRejectedException>();
        answer.SetException(new InvalidOperationException("late and abandoned"));
    }
}
