namespace TechCorp.Resilience.Tests;

public sealed class RetryBudgetTests
{
    private readonly TestClock _clock = new();

    [Safeguard("The retry budget")]
    [Fact, Trait("Spec", "RT14")]
    public async Task With_an_empty_budget_the_last_exception_is_thrown_at_once_and_the_meter_says_why()
    {
        using var stops = new CounterProbe("techcorp.resilience.retry.stops", name: "budgeted", reason: "BudgetExhausted");
        var budget = new RetryBudget(minimum: 3);
        var policy = new RetryPolicy("budgeted", new RetryOptions { Budget = budget }, timeProvider: _clock);
        var attempts = 0;

        Func<Task> call = () => _clock.RunAsync(policy.ExecuteAsync(ValueTask<int> (_, _) => throw new TimeoutException($"{++attempts}"), 0).AsTask());

        await call.Should().ThrowAsync<TimeoutException>().WithMessage("4");
        _clock.Elapsed.TotalSeconds.Should().Be(7);
        budget.Available.Should().Be(0);
        stops.Total.Should().Be(1);
    }

    [Safeguard("The retry budget", SwitchedOff = "no token is taken")]
    [Fact, Trait("Spec", "RT15")]
    public async Task The_token_is_taken_when_the_retry_is_decided_and_held_through_the_wait()
    {
        var options = new RetryOptions { Budget = new RetryBudget(minimum: 1) };
        var first = new RetryPolicy("first", options, timeProvider: _clock);
        var second = new RetryPolicy("second", options, timeProvider: _clock);
        var waiting = first.ExecuteAsync(static ValueTask<int> (_, _) => throw new TimeoutException("first"), 0);
        await _clock.TimerSetAsync();

        var refused = second.ExecuteAsync(static ValueTask<int> (_, _) => throw new TimeoutException("second"), 0);

        refused.IsFaulted.Should().BeTrue("the one token is held by a retry that still waits");
        await refused.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutException>();
        waiting.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await waiting.Awaiting(c => c.AsTask()).Should().ThrowAsync<TimeoutException>();
    }

    [Safeguard("The retry budget")]
    [Safeguard("The token of a canceled wait is returned", SwitchedOff = "a canceled wait keeps its token")]
    [Fact, Trait("Spec", "RT15")]
    public async Task A_wait_that_is_canceled_returns_its_token()
    {
        var budget = new RetryBudget(minimum: 1);
        var policy = new RetryPolicy("gateway", new RetryOptions { Budget = budget }, timeProvider: _clock);
        using var caller = new CancellationTokenSource();
        var call = policy.ExecuteAsync(static ValueTask<int> (_, _) => throw new TimeoutException(), 0, caller.Token);
        await _clock.TimerSetAsync();
        budget.Available.Should().Be(0);

        await caller.CancelAsync();

        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<OperationCanceledException>();
        budget.Available.Should().Be(1);
    }

    [Fact, Trait("Spec", "RT14")]
    public async Task Five_successes_pay_for_one_retry()
    {
        var budget = new RetryBudget(minimum: 1, maximum: 2);
        var policy = new RetryPolicy("gateway", new RetryOptions { Budget = budget }, timeProvider: _clock);
        budget.TryTake().Should().BeTrue();

        for (var i = 0; i < 4; i++)
        {
            await policy.ExecuteAsync(static (_, _) => new ValueTask<int>(1), 0);
        }

        budget.Available.Should().Be(0);
        await policy.ExecuteAsync(static (_, _) => new ValueTask<int>(1), 0);
        budget.Available.Should().Be(1);
    }

    [Fact, Trait("Spec", "RT14")]
    public void In_a_total_outage_the_budget_keeps_the_offered_load_below_one_and_a_fifth()
    {
        var plan = new RetryPlan(new RetryOptions { Budget = new RetryBudget() });
        const int Calls = 1_000;
        var attempts = 0;
        for (var call = 0; call < Calls; call++)
        {
            var made = 1;
            while (plan.Decide(made, requested: null, circuitWait: default, left: TimeSpan.MaxValue, out _) == RetryStop.None)
            {
                made++;
            }

            attempts += made;
        }

        ((double)attempts / Calls).Should().BeLessThanOrEqualTo(1.2);
    }

    [Theory]
    [InlineData(0, 3, 100, "ratio")]
    [InlineData(1.5, 3, 100, "ratio")]
    [InlineData(0.2, 0, 100, "minimum")]
    [InlineData(0.2, 3, 2, "maximum")]
    public void Numbers_outside_their_range_are_refused(double ratio, int minimum, int maximum, string name)
        => FluentActions.Invoking(() => new RetryBudget(ratio, minimum, maximum)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);

    [Fact]
    public void A_ratio_that_is_refused_says_what_it_may_be()
        => FluentActions.Invoking(() => new RetryBudget(ratio: 1.5)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*more than 0 and at most 1*");

    [Fact, Trait("Spec", "RT14")]
    public void A_ratio_of_one_pays_for_one_retry_with_each_success()
    {
        var budget = new RetryBudget(ratio: 1, minimum: 1);

        budget.OnSuccess();

        budget.Available.Should().Be(2);
    }

    [Fact, Trait("Spec", "RT14")]
    public void However_many_threads_take_and_give_back_no_token_is_made_or_lost()
    {
        const int Tokens = 400_000;
        var budget = new RetryBudget(minimum: Tokens, maximum: Tokens);
        long taken = 0;

        OnFourThreads(() =>
        {
            long mine = 0;
            while (budget.TryTake())
            {
                mine++;
            }

            Interlocked.Add(ref taken, mine);
        });
        taken.Should().Be(Tokens);

        OnFourThreads(() =>
        {
            for (var i = 0; i < Tokens / 4; i++)
            {
                budget.GiveBack();
            }
        });
        budget.Available.Should().Be(Tokens);
    }

    private static void OnFourThreads(Action work)
    {
        using var start = new Barrier(4);
        Thread[] threads =
        [
            .. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                start.SignalAndWait();
                work();
            })),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }
}
