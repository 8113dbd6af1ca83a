namespace TechCorp.Resilience.Tests;

public sealed class RetryBudgetAttemptTests
{
    private readonly TestClock _clock = new();
    private readonly RetryBudget _budget = new(minimum: 1, maximum: 1);

    [Safeguard("A retry that the circuit rejects returns its token", SwitchedOff = "it keeps it")]
    [Fact, Trait("Spec", "RT15")]
    public async Task A_retry_that_the_circuit_rejects_after_its_wait_gives_its_token_back()
    {
        var pipeline = Create(new RetryOptions { Budget = _budget });
        var call = pipeline.ExecuteAsync(static ValueTask<int> (_, _) => throw new TimeoutException(), 0);
        await _clock.TimerSetAsync();
        _budget.Available.Should().Be(0);

        pipeline.CircuitBreaker!.Isolate();
        _clock.Advance(TimeSpan.FromSeconds(1));

        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<CircuitOpenException>();
        _budget.Available.Should().Be(1);
    }

    [Fact, Trait("Spec", "RT15")]
    public async Task A_retry_that_waits_for_the_circuit_holds_its_token_through_that_wait_too()
    {
        var pipeline = Create(new RetryOptions { Budget = _budget, WaitForCircuit = true });
        using var caller = new CancellationTokenSource();
        var call = pipeline.ExecuteAsync(static ValueTask<int> (_, _) => throw new TimeoutException(), 0, caller.Token);
        await _clock.TimerSetAsync();

        pipeline.CircuitBreaker!.Fail(4);
        _clock.Advance(TimeSpan.FromSeconds(1));

        (await _clock.TimerSetAsync()).Should().Be(TimeSpan.FromSeconds(29));
        _budget.Available.Should().Be(0);
        await caller.CancelAsync();
        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<OperationCanceledException>();
    }

    [Safeguard("A first attempt costs no token", SwitchedOff = "every wait pays")]
    [Fact, Trait("Spec", "RT15")]
    public async Task A_first_attempt_that_waits_for_the_circuit_needs_no_token()
    {
        var pipeline = Create(new RetryOptions { Budget = _budget, WaitForCircuit = true });
        pipeline.CircuitBreaker!.Fail(5);
        _budget.TryTake().Should().BeTrue();

        (await _clock.RunAsync(pipeline.ExecuteAsync(static (_, _) => new ValueTask<int>(7), 0).AsTask())).Should().Be(7);

        _clock.Elapsed.TotalSeconds.Should().Be(30);
    }

    [Safeguard("A first attempt costs no token")]
    [Fact, Trait("Spec", "RT15")]
    public async Task A_first_attempt_that_waits_for_the_circuit_takes_no_token_and_gives_none_back()
    {
        var budget = new RetryBudget(minimum: 1, maximum: 2);
        var pipeline = Create(new RetryOptions { Budget = budget, WaitForCircuit = true });
        pipeline.CircuitBreaker!.Fail(5);
        using var caller = new CancellationTokenSource();
        var call = pipeline.ExecuteAsync(static (_, _) => new ValueTask<int>(7), 0, caller.Token);
        await _clock.TimerSetAsync();
        budget.Available.Should().Be(1);

        await caller.CancelAsync();

        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<OperationCanceledException>();
        budget.Available.Should().Be(1);
    }

    [Safeguard("A shared source of chance is locked itself", SwitchedOff = "each plan has its own lock")]
    [Fact]
    public void Plans_that_share_a_source_of_chance_use_it_one_at_a_time()
    {
        var random = new LockedRandom();
        var plan = new RetryPlan(new RetryOptions { Jitter = JitterKind.Full, Random = random });

        plan.Decide(1, requested: null, circuitWait: default, left: TimeSpan.MaxValue, out _);

        random.WasLocked.Should().BeTrue("a lock of the plan's own would not keep another plan away");
    }

    private ResiliencePipeline Create(RetryOptions retry)
        => ResiliencePipeline.Create("gateway", new ResiliencePipelineOptions { Retry = retry }, _clock);

    private sealed class LockedRandom : Random
    {
        public bool WasLocked { get; private set; }

        public override double NextDouble()
        {
            WasLocked = Monitor.IsEntered(this);
            return 0.5;
        }
    }
}
