using Microsoft.Extensions.Time.Testing;

namespace TechCorp.Resilience.Tests;

/// <summary>A dependency that is down and clients that keep coming: what retries make of the load, on fake time.</summary>
public sealed class RetryStormTests
{
    private const int CallsASecond = 20;
    private const int Seconds = 100;

    private readonly FakeTimeProvider _timeProvider = new();
    private int _attempts;

    [Safeguard("The retry budget, in an outage", SwitchedOff = "a token that is taken stays")]
    [Fact, Trait("Spec", "RT14"), Trait("Spec", "RT15")]
    public async Task In_a_total_outage_a_budget_keeps_the_offered_load_within_one_and_a_fifth()
    {
        var load = await OfferedLoad(new RetryBudget());

        load.Should().BeInRange(1, 1.2);
    }

    [Fact, Trait("Spec", "RT1")]
    public async Task Without_a_budget_an_outage_multiplies_the_load_by_the_attempts()
        => (await OfferedLoad(budget: null)).Should().Be(5);

    /// <summary>A budget that an hour of success has filled is spent once; it does not grow again while nothing succeeds.</summary>
    [Safeguard("The retry budget, in an outage")]
    [Fact, Trait("Spec", "RT14")]
    public async Task A_full_budget_is_spent_once_and_no_more()
    {
        var budget = new RetryBudget();
        while (budget.Available < 100)
        {
            budget.OnSuccess();
        }

        var load = await OfferedLoad(budget);

        _attempts.Should().Be((CallsASecond * Seconds) + 100);
        load.Should().BeInRange(1, 1.2);
    }

    /// <returns>Attempts that reach the dependency for each call that a client makes.</returns>
    private async Task<double> OfferedLoad(RetryBudget? budget)
    {
        var policy = new RetryPolicy("stock", new RetryOptions { Budget = budget }, timeProvider: _timeProvider);
        List<Task<int>> calls = [];
        for (var second = 0; second < Seconds; second++)
        {
            for (var i = 0; i < CallsASecond; i++)
            {
                calls.Add(policy.ExecuteAsync(Down, this).AsTask());
            }

            _timeProvider.Advance(TimeSpan.FromSeconds(1));
        }

        var all = Task.WhenAll(calls).ContinueWith(_ => { }, TaskScheduler.Default);
        while (!all.IsCompleted)
        {
            _timeProvider.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        calls.Should().OnlyContain(call => call.IsFaulted, "nothing succeeds in a total outage");
        return (double)_attempts / calls.Count;
    }

    private static ValueTask<int> Down(RetryStormTests storm, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref storm._attempts);
        throw new TimeoutException("The dependency is down.");
    }
}
