namespace TechCorp.Resilience.Tests;

/// <summary>A pipeline that runs only so many calls at one time.</summary>
public sealed class ConcurrencyLimitTests
{
    private readonly TestClock _clock = new();
    private readonly TaskCompletionSource<int> _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<int> _started = [];

    [Fact, Trait("Spec", "FR12")]
    public async Task A_call_above_the_limit_is_rejected_at_once_and_not_made()
    {
        var pipeline = Make(permits: 2, queue: 0);
        using var rejections = new CounterProbe("techcorp.resilience.limit.rejections", "stock");
        Task<int>[] running = [StartAsync(pipeline, 1), StartAsync(pipeline, 2)];

        Func<Task> third = () => StartAsync(pipeline, 3);

        var thrown = (await third.Should().ThrowAsync<ConcurrencyLimitException>()).Which;
        thrown.Name.Should().Be("stock");
        thrown.Message.Should().Be("'stock' runs 2 calls and 0 wait, the most that it may; the call was not made. Retry later, or raise the limits.");
        _started.Should().Equal(1, 2);
        rejections.Total.Should().Be(1);
        _gate.SetResult(7);
        (await Task.WhenAll(running)).Should().Equal(7, 7);
        (await StartAsync(pipeline, 4)).Should().Be(7);
    }

    [Fact, Trait("Spec", "FR12")]
    [Safeguard("A concurrency limit", SwitchedOff = "`ConcurrencyLimiter.TryTake` always says yes")]
    public async Task A_rejection_is_an_outcome_of_its_own_that_neither_retry_nor_circuit_counts()
    {
        var pipeline = Make(permits: 1, queue: 0);
        var outer = ResiliencePipeline.Create("outer", new() { Timeout = null }, _clock);
        var running = StartAsync(pipeline, 1);

        for (var i = 0; i < 10; i++)
        {
            var outcome = await pipeline.TryExecuteAsync(static (_, _) => new ValueTask<int>(1), 0);
            outcome.Status.Should().Be(OutcomeStatus.Rejected);
            outcome.Exception.Should().BeOfType<ConcurrencyLimitException>();
            await outer.Awaiting(o => o.ExecuteAsync((_, _) => pipeline.ExecuteAsync(static (_, _) => new ValueTask<int>(1), 0), 0).AsTask())
                .Should().ThrowAsync<ConcurrencyLimitException>();
        }

        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(0);
        outer.CircuitBreaker!.ConsecutiveFailures.Should().Be(0);
        _clock.TimersAlive.Should().Be(0, "nothing waits for another attempt");
        _gate.SetResult(7);
        await running;
    }

    [Fact, Trait("Spec", "FR12")]
    public async Task Waiting_calls_run_in_the_order_in_which_they_came()
    {
        var pipeline = Make(permits: 1, queue: 3);
        var gates = Enumerable.Range(0, 4).Select(_ => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        Task<int>[] calls = [.. gates.Select((gate, i) => StartAsync(pipeline, i, gate.Task))];
        _started.Should().Equal(0);
        await pipeline.Awaiting(p => StartAsync(p, 9)).Should().ThrowAsync<ConcurrencyLimitException>();

        for (var i = 0; i < 4; i++)
        {
            gates[i].SetResult(i);
            (await calls[i]).Should().Be(i);
        }

        _started.Should().Equal(0, 1, 2, 3);
    }

    [Fact, Trait("Spec", "FR12")]
    public async Task A_permit_is_given_back_however_a_call_ends()
    {
        var pipeline = Make(permits: 1, queue: 0, retry: null);
        using var canceled = new CancellationTokenSource();

        await pipeline.Awaiting(p => p.ExecuteAsync(static (_, _) => ValueTask.FromException<int>(new IOException()), 0).AsTask())
            .Should().ThrowAsync<IOException>();
        pipeline.Invoking(p => p.Execute(static _ => throw new IOException())).Should().Throw<IOException>();
        var hanging = pipeline.ExecuteAsync(static (_, token) => Hang.UntilCanceled<int>(token), 0, canceled.Token).AsTask();
        await canceled.CancelAsync();
        await hanging.Awaiting(h => h).Should().ThrowAsync<OperationCanceledException>();
        pipeline.CircuitBreaker!.Isolate();
        (await pipeline.TryExecuteAsync(static (_, _) => new ValueTask<int>(1), 0)).Exception.Should().BeOfType<CircuitOpenException>();
        pipeline.CircuitBreaker.Reset();

        (await pipeline.ExecuteAsync(static (_, _) => new ValueTask<int>(1), 0)).Should().Be(1);
        pipeline.Execute(static _ => 2).Should().Be(2);
    }

    [Fact, Trait("Spec", "FR12")]
    public async Task A_caller_that_gives_up_leaves_the_queue_and_its_place_is_free()
    {
        var pipeline = Make(permits: 1, queue: 1);
        using var canceled = new CancellationTokenSource();
        var running = StartAsync(pipeline, 1);
        var waiting = pipeline.ExecuteAsync((_, _) => Started(2, _gate.Task), 0, canceled.Token).AsTask();

        await canceled.CancelAsync();

        (await waiting.Awaiting(w => w).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(canceled.Token);
        var next = StartAsync(pipeline, 3);
        _gate.SetResult(7);
        await running;
        (await next).Should().Be(7);
        _started.Should().Equal(1, 3);
    }

    [Fact, Trait("Spec", "FR12")]
    public async Task The_deadline_of_a_call_ends_its_wait_in_the_queue()
    {
        var pipeline = Make(permits: 1, queue: 1, deadline: TimeSpan.FromSeconds(3));
        var running = pipeline.ExecuteAsync((_, _) => Started(1, _gate.Task), 0).AsTask();
        await _clock.TimerSetAsync();
        _clock.Advance(TimeSpan.FromSeconds(2));
        var waiting = pipeline.ExecuteAsync((_, _) => Started(2, _gate.Task), 0).AsTask();
        _gate.SetResult(7);
        await running;
        (await waiting).Should().Be(7);

        var hanging = new TaskCompletionSource<int>();
        running = pipeline.ExecuteAsync((_, _) => Started(3, hanging.Task), 0).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(2));
        waiting = pipeline.ExecuteAsync((_, _) => Started(4, hanging.Task), 0).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(3));

        (await waiting.Awaiting(w => w).Should().ThrowAsync<TimeoutRejectedException>()).Which.Message.Should()
            .Be("'stock' got no permit of its concurrency limit within its deadline of 3 s; the call was not made.");
        _started.Should().Equal(1, 2, 3);
        pipeline.CircuitBreaker!.ConsecutiveFailures.Should().Be(0);
        hanging.SetResult(7);
        await running;
    }

    [Fact, Trait("Spec", "FR12")]
    public async Task A_call_that_holds_its_thread_waits_and_runs_on_it()
    {
        var pipeline = Make(permits: 1, queue: 1);
        var running = StartAsync(pipeline, 1);
        var thread = 0;
        var waiting = Task.Factory.StartNew(
            () =>
            {
                thread = Environment.CurrentManagedThreadId;
                return pipeline.Execute(static _ => Environment.CurrentManagedThreadId);
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        SpinWait.SpinUntil(() => pipeline.Executor.Limiter!.Queued == 1);

        _gate.SetResult(7);

        await running;
        (await waiting).Should().Be(thread);
    }

    [Fact, Trait("Spec", "FR12")]
    public async Task A_fallback_answers_for_a_rejected_call()
    {
        var pipeline = Make(permits: 1, queue: 0);
        var running = StartAsync(pipeline, 1);

        var answer = await pipeline.ExecuteAsync(
            static (_, _) => new ValueTask<string>("called"), static (_, reason, _) => new ValueTask<string>(reason!.GetType().Name), 0);

        answer.Should().Be("ConcurrencyLimitException");
        _gate.SetResult(7);
        await running;
    }

    [Safeguard("A source that breaks its rules costs no permit", SwitchedOff = "`ConcurrencyStage` asks for completion outside of a try block")]
    [Theory, Trait("Spec", "FR12")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_task_that_breaks_its_rules_fails_its_own_call_and_gives_its_permit_back(bool asOutcome)
    {
        var pipeline = ResiliencePipeline.Create("rules", new()
        {
            Timeout = null,
            Retry = null,
            CircuitBreaker = null,
            ConcurrencyLimit = new() { PermitLimit = 1, QueueLimit = 0 },
        });
        var source = new OnceSource();
        for (var call = 0; call < 3; call++)
        {
            if (asOutcome)
            {
                (await pipeline.TryExecuteAsync((_, _) => new ValueTask<int>(source, 99), 0)).Exception.Should().BeOfType<InvalidOperationException>();
            }
            else
            {
                await FluentActions.Awaiting(() => pipeline.ExecuteAsync((_, _) => new ValueTask<int>(source, 99), 0).AsTask())
                    .Should().ThrowAsync<InvalidOperationException>();
            }
        }

        (await pipeline.ExecuteAsync(static (_, _) => new ValueTask<int>(7), 0)).Should().Be(7);
    }

    [Fact, Trait("Spec", "FR12")]
    public void A_call_that_ends_at_once_allocates_nothing()
    {
        var pipeline = Make(permits: 1, queue: 0);
        Call(pipeline, 1000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Call(pipeline, 1000);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private static void Call(ResiliencePipeline pipeline, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _ = pipeline.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1).Result;
        }
    }

    private ResiliencePipeline Make(int permits, int queue, TimeSpan? deadline = null, RetryOptions? retry = null) => ResiliencePipeline.Create(
        "stock",
        new() { Timeout = null, Retry = retry, Deadline = deadline, ConcurrencyLimit = new() { PermitLimit = permits, QueueLimit = queue } },
        _clock);

    private Task<int> StartAsync(ResiliencePipeline pipeline, int number, Task<int>? end = null)
        => pipeline.ExecuteAsync((_, _) => Started(number, end ?? _gate.Task), 0).AsTask();

    private ValueTask<int> Started(int number, Task<int> end)
    {
        lock (_started)
        {
            _started.Add(number);
        }

        return new ValueTask<int>(end);
    }
}
