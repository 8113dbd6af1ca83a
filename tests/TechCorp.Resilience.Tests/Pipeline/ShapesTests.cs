namespace TechCorp.Resilience.Tests;

public sealed class ShapesTests
{
    private readonly TestClock _clock = new();
    private readonly ResiliencePipeline _pipeline;

    public ShapesTests() => _pipeline = ResiliencePipeline.Create("shapes", timeProvider: _clock);

    [Fact, Trait("Spec", "RT19")]
    public void When_the_operation_completes_at_once_its_own_task_is_returned()
    {
        var own = new ValueTask<string>(Task.FromResult("own"));

        var returned = _pipeline.ExecuteAsync((_, _) => own, 0);

        returned.Should().Be(own);
    }

    [Fact, Trait("Spec", "RT19")]
    public void A_success_that_completes_at_once_allocates_nothing_and_reads_no_clock()
    {
        _pipeline.CircuitBreaker!.Fail();
        Call();
        var reads = _clock.TimestampReads;

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Call();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        _clock.TimestampReads.Should().Be(reads);

        void Call() => _ = _pipeline.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 7).Result;
    }

    [Fact, Trait("Spec", "CB36")]
    public void A_rejection_without_exception_allocates_nothing()
    {
        var breaker = new CircuitBreaker("shapes", timeProvider: TimeProvider.System);
        breaker.Isolate();
        Call();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Call();
            breaker.TryEnter(out _, out _);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Call() => _ = breaker.TryExecuteAsync(static (state, _) => new ValueTask<int>(state), 7).Result.Status;
    }

    [Fact, Trait("Spec", "RT20")]
    public async Task The_task_of_an_attempt_is_consumed_exactly_once()
    {
        var source = new OnceSource();
        var policy = new RetryPolicy("once", timeProvider: _clock);
        var call = policy.ExecuteAsync((_, _) => source.Begin(), 0);

        source.Complete(5);

        (await call).Should().Be(5);
        source.Reads.Should().Be(1);
    }

    [Fact, Trait("Spec", "RT21")]
    public void The_blocking_shape_waits_on_the_clock_of_the_pipeline_and_on_its_own_thread()
    {
        var timeProvider = new SkippingClock();
        var pipeline = ResiliencePipeline.Create("blocking", timeProvider: timeProvider);
        var threads = new HashSet<int>();
        var attempts = 0;

        var result = pipeline.Execute(
            (_, _) =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                return ++attempts < 4 ? throw new TimeoutException() : attempts;
            },
            0);

        result.Should().Be(4);
        timeProvider.Waits.Should().Equal(1, 2, 4);
        threads.Should().Equal(Environment.CurrentManagedThreadId);
    }

    [Fact, Trait("Spec", "RT21")]
    public void The_blocking_overload_can_be_canceled_while_it_waits()
    {
        using var caller = new CancellationTokenSource();
        var policy = new RetryPolicy("blocking", new RetryOptions { OnRetry = _ => caller.Cancel() }, timeProvider: _clock);

        FluentActions.Invoking(() => policy.Execute(void (_) => throw new TimeoutException(), caller.Token))
            .Should().Throw<OperationCanceledException>().Which.InnerException.Should().BeOfType<TimeoutException>();
        _clock.TimersAlive.Should().Be(0);
    }

    [Fact, Trait("Spec", "RT21")]
    public void The_blocking_shape_sets_no_timer_when_there_is_nothing_to_wait_for()
    {
        var timeProvider = new SkippingClock();
        var policy = new RetryPolicy("blocking", new RetryOptions { BaseDelay = TimeSpan.Zero }, timeProvider: timeProvider);
        var attempts = 0;

        policy.Execute(_ => ++attempts < 3 ? throw new TimeoutException() : attempts).Should().Be(3);

        timeProvider.Waits.Should().BeEmpty();
    }

    [Fact, Trait("Spec", "RT21")]
    public void A_blocking_wait_holds_its_thread_until_the_clock_has_come_or_the_caller_cancels()
    {
        using var caller = new CancellationTokenSource();
        caller.Cancel();

        FluentActions.Invoking(() => RetryWait.Block(TimeSpan.FromSeconds(1), _clock, caller.Token)).Should().Throw<OperationCanceledException>();
        FluentActions.Invoking(() => RetryWait.Block(TimeSpan.FromSeconds(1), new SkippingClock(), CancellationToken.None)).Should().NotThrow();
    }

    [Fact]
    public async Task Every_shape_runs_the_operation()
    {
        var runs = 0;
        await _pipeline.ExecuteAsync(async _ => { runs++; await Task.Yield(); });
        await _pipeline.ExecuteAsync((n, _) => { runs += n; return ValueTask.CompletedTask; }, 1);
        await _pipeline.ExecuteAsync(_ => { runs++; return Task.CompletedTask; });
        (await _pipeline.ExecuteAsync(async _ => { await Task.Yield(); return ++runs; })).Should().Be(4);
        (await _pipeline.ExecuteAsync(_ => Task.FromResult(++runs))).Should().Be(5);
        (await _pipeline.ExecuteAsync((n, _) => Task.FromResult(runs += n), 1)).Should().Be(6);
        _pipeline.Execute(_ => ++runs).Should().Be(7);
        _pipeline.Execute(_ => { runs++; });
        var outcome = await _pipeline.TryExecuteAsync((n, _) => new ValueTask<int>(runs += n), 1);

        outcome.GetValueOrThrow().Should().Be(9);
        runs.Should().Be(9);
    }

    [Fact]
    public async Task The_outcome_shape_gives_exceptions_and_cancellations_as_values()
    {
        using var caller = new CancellationTokenSource();
        var policy = new RetryPolicy("outcome", new RetryOptions { MaxAttempts = 1 }, timeProvider: _clock);
        var failed = await policy.TryExecuteAsync(static ValueTask<int> (_, _) => throw new TimeoutException(), 0);
        await caller.CancelAsync();
        var canceled = await policy.TryExecuteAsync(static (_, _) => new ValueTask<int>(1), 0, caller.Token);

        failed.Exception.Should().BeOfType<TimeoutException>();
        failed.Invoking(o => o.GetValueOrThrow()).Should().Throw<TimeoutException>();
        canceled.Status.Should().Be(OutcomeStatus.Canceled);
        default(Outcome<int>).Invoking(o => o.GetValueOrThrow()).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Every_shape_refuses_a_missing_operation()
    {
        (string Parameter, Action Call)[] calls =
        [
            ("operation", () => _pipeline.ExecuteAsync((Func<int, CancellationToken, ValueTask<int>>)null!, 0)),
            ("operation", () => _pipeline.ExecuteAsync(null!, static (_, _, _) => new ValueTask<int>(1), 0)),
            ("fallback", () => _pipeline.ExecuteAsync(static (_, _) => new ValueTask<int>(1), null!, 0)),
            ("operation", () => _pipeline.ExecuteAsync((Func<CancellationToken, ValueTask<int>>)null!)),
            ("operation", () => _pipeline.ExecuteAsync((Func<int, CancellationToken, ValueTask>)null!, 0)),
            ("operation", () => _pipeline.ExecuteAsync((Func<CancellationToken, ValueTask>)null!)),
            ("operation", () => _pipeline.ExecuteAsync((ResilientOperation<int, int>)null!, 0)),
            ("operation", () => _pipeline.ExecuteAsync((Func<int, CancellationToken, Task<int>>)null!, 0)),
            ("operation", () => _pipeline.ExecuteAsync((Func<CancellationToken, Task<int>>)null!)),
            ("operation", () => _pipeline.ExecuteAsync((Func<CancellationToken, Task>)null!)),
            ("operation", () => _pipeline.TryExecuteAsync((Func<int, CancellationToken, ValueTask<int>>)null!, 0)),
            ("operation", () => _pipeline.TryExecuteAsync((ResilientOperation<int, int>)null!, 0)),
            ("operation", () => _pipeline.Execute((Func<int, CancellationToken, int>)null!, 0)),
            ("operation", () => _pipeline.Execute((Func<CancellationToken, int>)null!)),
            ("operation", () => _pipeline.Execute((Action<CancellationToken>)null!)),
            ("operation", () => _ = new ResilientOperation<int, int>(null!)),
        ];

        calls.Should().AllSatisfy(call => call.Call.Should().ThrowExactly<ArgumentNullException>().WithParameterName(call.Parameter));
    }

    [Fact, Trait("Spec", "CL12")]
    public async Task A_task_shape_that_gets_no_task_says_so()
    {
        var policy = new TimeoutPolicy("shapes", timeProvider: _clock);

        await policy.Awaiting(p => p.ExecuteAsync(static Task (_) => null!).AsTask()).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*null instead of a task*");
        await policy.Awaiting(p => p.ExecuteAsync(static Task<int> (_) => null!).AsTask()).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*null instead of a task*");
    }

    [Fact]
    public async Task The_shapes_without_a_result_end_when_their_operation_ends_and_as_it_does()
    {
        var policy = new TimeoutPolicy("shapes", timeProvider: _clock);
        var end = new TaskCompletionSource();
        ValueTask[] calls = [policy.ExecuteAsync(_ => new ValueTask(end.Task)), policy.ExecuteAsync(_ => end.Task)];
        calls.Should().AllSatisfy(call => call.IsCompleted.Should().BeFalse());

        end.SetException(new FormatException());

        await calls[0].Awaiting(c => c.AsTask()).Should().ThrowAsync<FormatException>();
        await calls[1].Awaiting(c => c.AsTask()).Should().ThrowAsync<FormatException>();
    }

    [Theory, Trait("Spec", "RT20")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_task_of_an_attempt_without_a_result_is_consumed_exactly_once(bool atOnce)
    {
        var source = new OnceSource();
        var policy = new TimeoutPolicy("once", timeProvider: _clock);
        if (atOnce)
        {
            source.Complete(0);
        }

        var call = policy.ExecuteAsync((_, _) => source.BeginAction(), 0);
        if (!atOnce)
        {
            source.Complete(0);
        }

        await call;
        source.Reads.Should().Be(1);
    }

    [Fact, Trait("Spec", "RT21")]
    public void A_blocking_operation_is_timed_from_its_start()
    {
        var policy = new TimeoutPolicy("blocking", timeProvider: _clock);

        FluentActions.Invoking(() => policy.Execute(TakeFiveSeconds)).Should().Throw<TimeoutRejectedException>();
        FluentActions.Invoking(() => policy.Execute(
                new ResilientOperation<int, int>((_, attempt) => new ValueTask<int>(TakeFiveSeconds(attempt.CancellationToken))), 0, CancellationToken.None))
            .Should().Throw<TimeoutRejectedException>();

        int TakeFiveSeconds(CancellationToken cancellationToken)
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            cancellationToken.ThrowIfCancellationRequested();
            return 1;
        }
    }

    [Fact, Trait("Spec", "CB36")]
    public async Task A_shape_without_a_fallback_is_rejected_by_an_open_circuit()
    {
        _pipeline.CircuitBreaker!.Isolate();

        await _pipeline.Awaiting(p => p.ExecuteAsync(static _ => Task.FromResult(1)).AsTask()).Should().ThrowAsync<CircuitOpenException>();
        await _pipeline.Awaiting(p => p.ExecuteAsync(static _ => ValueTask.CompletedTask).AsTask()).Should().ThrowAsync<CircuitOpenException>();
        _pipeline.Invoking(p => p.Execute(static _ => 1)).Should().Throw<CircuitOpenException>();
    }

    [Fact]
    public void A_pipeline_needs_a_name()
        => FluentActions.Invoking(() => new TimeoutPolicy("")).Should().Throw<ArgumentException>().WithParameterName("name").WithMessage("A name is needed.*");

    [Fact]
    public void A_breaker_is_its_own_circuit()
    {
        var breaker = new CircuitBreaker("stock", timeProvider: _clock);

        breaker.CircuitBreaker.Should().BeSameAs(breaker);
    }
}
