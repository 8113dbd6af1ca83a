using Microsoft.Extensions.Time.Testing;
using TechCorp.Resilience;

namespace TechCorp.Messaging.Tests;

public sealed class SettlementDecisionTests
{
    private static readonly DeliveryPolicy Default = DeliveryPolicy.Default;

    [Fact, Trait("Spec", "CN1")]
    public void Success_is_acknowledged()
        => SettlementDecision.After(AttemptOutcome.Succeeded, 0, 1, Default).Action.Should().Be(SettlementAction.Acknowledge);

    [Theory, Trait("Spec", "CN2")]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    public void Failures_climb_the_default_ladder(int attemptsBefore, int seconds)
        => Failed(new InvalidOperationException(), attemptsBefore, 1, Default)
            .Should().Be(new SettlementDecision(SettlementAction.RetryByQueue, attemptsBefore + 1, TimeSpan.FromSeconds(seconds)));

    [Fact, Trait("Spec", "CN2")]
    public void The_fifth_failure_is_the_last()
        => Failed(new InvalidOperationException(), 4, 1, Default)
            .Should().Be(new SettlementDecision(SettlementAction.DeadLetter, 5, Reason: DeadLetterReason.AttemptsExhausted));

    [Fact, Trait("Spec", "CN2")]
    public void Immediate_attempts_come_before_each_delay()
    {
        var policy = Default with { ImmediateAttempts = 3 };
        Failed(new InvalidOperationException(), 0, 1, policy).Action.Should().Be(SettlementAction.RetryNow);
        Failed(new InvalidOperationException(), 0, 2, policy).Action.Should().Be(SettlementAction.RetryNow);
        Failed(new InvalidOperationException(), 0, 3, policy).Delay.Should().Be(TimeSpan.FromSeconds(1));
        Failed(new InvalidOperationException(), 3, 3, policy).Delay.Should().Be(TimeSpan.FromSeconds(2));
        Failed(new InvalidOperationException(), 12, 3, policy).Should()
            .Be(new SettlementDecision(SettlementAction.DeadLetter, 15, Reason: DeadLetterReason.AttemptsExhausted));
    }

    [Fact, Trait("Spec", "CN3")]
    public void A_permanent_failure_is_never_retried()
        => Failed(new PermanentFailureException("no such order"), 0, 1, Default with { ImmediateAttempts = 3 })
            .Should().Be(new SettlementDecision(SettlementAction.DeadLetter, 1, Reason: DeadLetterReason.PermanentFailure));

    [Fact, Trait("Spec", "CN3")]
    public void A_permanent_failure_is_found_in_the_aggregate_that_holds_it_alone()
        => Failed(new AggregateException(new PermanentFailureException("no such order")), 0, 1, Default).Action.Should().Be(SettlementAction.DeadLetter);

    [Theory, Trait("Spec", "RY4")]
    [InlineData(0, 1)]
    [InlineData(1000, 1)]
    [InlineData(1001, 2)]
    [InlineData(3000, 4)]
    [InlineData(8000, 8)]
    [InlineData(30_000, 8)]
    public void A_postponed_message_takes_the_smallest_step_that_is_long_enough(int milliseconds, int seconds)
        => Failed(new RetryLaterException("closed on Sundays", TimeSpan.FromMilliseconds(milliseconds)), 3, 1, Default)
            .Should().Be(new SettlementDecision(SettlementAction.RetryByQueue, 3, TimeSpan.FromSeconds(seconds), IsPostponed: true),
                "the attempt does not count");

    [Safeguard("A postponed attempt is not counted")]
    [Fact, Trait("Spec", "RY4")]
    public async Task An_open_circuit_postpones_until_it_allows_a_call()
    {
        var circuit = new CircuitBreaker("payments", new CircuitBreakerOptions { FailureThreshold = 1, RecoveryTimeout = TimeSpan.FromSeconds(3) },
            timeProvider: new FakeTimeProvider());
        var call = async () => await circuit.ExecuteAsync<int>(_ => throw new InvalidOperationException("the gateway is away"));
        await call.Should().ThrowAsync<InvalidOperationException>();
        var open = (await call.Should().ThrowAsync<CircuitOpenException>()).Which;

        Failed(open, 4, 1, Default).Should().Be(new SettlementDecision(SettlementAction.RetryByQueue, 4, TimeSpan.FromSeconds(4), IsPostponed: true));
    }

    [Safeguard("A full pipeline postpones a message", SwitchedOff = "`SettlementDecision.PostponedBy` does not know `ConcurrencyLimitException`")]
    [Fact, Trait("Spec", "RY4")]
    public async Task A_full_pipeline_postpones_for_the_shortest_time()
    {
        var pipeline = ResiliencePipeline.Create("payments", new() { ConcurrencyLimit = new() { PermitLimit = 1, QueueLimit = 0 }, Timeout = null },
            new FakeTimeProvider());
        var gate = new TaskCompletionSource<int>();
        var running = pipeline.ExecuteAsync((_, _) => new ValueTask<int>(gate.Task), 0, TestContext.Current.CancellationToken).AsTask();
        var call = async () => await pipeline.ExecuteAsync((_, _) => new ValueTask<int>(1), 0, TestContext.Current.CancellationToken);
        var full = (await call.Should().ThrowAsync<ConcurrencyLimitException>()).Which;
        gate.SetResult(0);
        await running;

        Failed(full, 4, 1, Default).Should().Be(new SettlementDecision(SettlementAction.RetryByQueue, 4, TimeSpan.FromSeconds(1), IsPostponed: true));
        Failed(full, 4, 1, DeliveryPolicy.NoRetry).Should()
            .Be(new SettlementDecision(SettlementAction.RetryAfterHold, 4, SettlementDecision.ShortestHold, IsPostponed: true));
    }

    [Fact, Trait("Spec", "RY4")]
    public void A_postponed_message_is_not_dead_lettered_after_any_number_of_attempts()
        => Failed(new RetryLaterException("closed", TimeSpan.FromSeconds(1)), 99, 1, Default).Action.Should().Be(SettlementAction.RetryByQueue);

    [Fact, Trait("Spec", "RY4")]
    public void Without_a_ladder_a_postponed_message_is_held_for_a_bounded_time()
        => Failed(new RetryLaterException("closed", TimeSpan.FromHours(1)), 0, 1, DeliveryPolicy.NoRetry)
            .Should().Be(new SettlementDecision(SettlementAction.RetryAfterHold, 0, SettlementDecision.LongestHold, IsPostponed: true));

    [Fact, Trait("Spec", "RY4")]
    public void Without_a_ladder_a_message_postponed_by_nothing_is_still_held_or_it_would_spin()
        => Failed(new RetryLaterException("busy", TimeSpan.Zero), 0, 1, DeliveryPolicy.NoRetry)
            .Should().Be(new SettlementDecision(SettlementAction.RetryAfterHold, 0, TimeSpan.FromSeconds(1), IsPostponed: true));

    [Fact, Trait("Spec", "CN10")]
    public void An_attempt_that_the_stop_interrupted_is_requeued_uncounted()
        => SettlementDecision.After(AttemptOutcome.Stopped, 2, 1, Default).Should().Be(new SettlementDecision(SettlementAction.Requeue, 2));

    private static SettlementDecision Failed(Exception exception, int before, int here, DeliveryPolicy policy)
        => SettlementDecision.After(AttemptOutcome.Failed(exception), before, here, policy) with { Exception = null };
}
