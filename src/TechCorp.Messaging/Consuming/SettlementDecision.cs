using TechCorp.Resilience;

namespace TechCorp.Messaging;

/// <summary>What is done with a delivery after an attempt, with the facts that its copy carries. Plain code; compared by value.</summary>
/// <param name="Action">What.</param>
/// <param name="Attempts">The attempts counted so far, those of this delivery included.</param>
/// <param name="Delay">How long to wait, where the action has a wait.</param>
/// <param name="Reason">Why it is dead-lettered, as in <see cref="DeadLetterReason"/>; null otherwise.</param>
/// <param name="IsPostponed">Whether the handler asked for a later attempt; then nothing has failed.</param>
/// <param name="Exception">What the attempt failed with; null where there is none.</param>
internal readonly record struct SettlementDecision(SettlementAction Action, int Attempts, TimeSpan Delay = default, string? Reason = null,
    bool IsPostponed = false, Exception? Exception = null)
{
    /// <summary>Where there is no retry queue, the handler of a postponed message is called again after no longer than this.</summary>
    internal static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(1);

    /// <summary>… and after no less than this, so that it does not spin.</summary>
    internal static readonly TimeSpan ShortestHold = TimeSpan.FromSeconds(1);

    /// <summary>A postponed message that came this long ago is requeued: half of the broker's consumer timeout (30 min by default), because the
    /// messages behind it wait too.</summary>
    internal static readonly TimeSpan LongestKept = TimeSpan.FromMinutes(15);

    /// <summary>Decides after one attempt.</summary>
    /// <param name="outcome">How the attempt ended.</param>
    /// <param name="attemptsBefore">The attempts counted before this delivery, from its header.</param>
    /// <param name="attemptsHere">The handler calls for this delivery, the last one included.</param>
    /// <param name="policy">The queue's policy.</param>
    internal static SettlementDecision After(AttemptOutcome outcome, int attemptsBefore, int attemptsHere, DeliveryPolicy policy)
    {
        var decision = outcome.IsSuccess ? new SettlementDecision(SettlementAction.Acknowledge, attemptsBefore + attemptsHere)
            : outcome.IsStopped ? new SettlementDecision(SettlementAction.Requeue, attemptsBefore)
            : outcome.UnhandleableReason is { } reason ? new SettlementDecision(SettlementAction.DeadLetter, attemptsBefore + attemptsHere, Reason: reason)
            : AfterFailure(Unwrap(outcome.Exception), attemptsBefore, attemptsHere, policy);
        return decision with { Exception = outcome.Exception };
    }

    private static SettlementDecision AfterFailure(Exception? exception, int attemptsBefore, int attemptsHere, DeliveryPolicy policy)
    {
        var attempts = attemptsBefore + attemptsHere;
        if (exception is UnreadableBodyException)
        {
            return new SettlementDecision(SettlementAction.DeadLetter, attempts, Reason: DeadLetterReason.Unreadable);
        }

        if (exception is PermanentFailureException)
        {
            return new SettlementDecision(SettlementAction.DeadLetter, attempts, Reason: DeadLetterReason.PermanentFailure);
        }

        if (PostponedBy(exception) is { } wait)
        {
            // The attempts of this delivery do not count: the copy says what the delivery said.
            return policy.Delays.Count == 0
                ? new SettlementDecision(SettlementAction.RetryAfterHold, attemptsBefore,
                    TimeSpan.FromTicks(Math.Clamp(wait.Ticks, ShortestHold.Ticks, LongestHold.Ticks)), IsPostponed: true)
                : new SettlementDecision(SettlementAction.RetryByQueue, attemptsBefore, StepFor(wait, policy.Delays), IsPostponed: true);
        }

        if (attemptsHere < policy.ImmediateAttempts)
        {
            return new SettlementDecision(SettlementAction.RetryNow, attempts);
        }

        var step = (attempts - 1) / policy.ImmediateAttempts;
        return step < policy.Delays.Count
            ? new SettlementDecision(SettlementAction.RetryByQueue, attempts, policy.Delays[step])
            : new SettlementDecision(SettlementAction.DeadLetter, attempts, Reason: DeadLetterReason.AttemptsExhausted);
    }

    /// <summary>How long the handler asked to wait; null when it did not ask.</summary>
    private static TimeSpan? PostponedBy(Exception? exception) => exception switch
    {
        RetryLaterException later => later.Delay > TimeSpan.Zero ? later.Delay : TimeSpan.Zero,
        CircuitOpenException open => open.RetryAfter > TimeSpan.Zero ? open.RetryAfter : TimeSpan.Zero,
        ConcurrencyLimitException => TimeSpan.Zero, // a place may be free at any moment
        _ => null,
    };

    /// <summary>The smallest step that is not under the wait, else the longest.</summary>
    private static TimeSpan StepFor(TimeSpan wait, IReadOnlyList<TimeSpan> delays)
    {
        TimeSpan? step = null;
        foreach (var delay in delays)
        {
            step = delay >= wait && (step is null || delay < step) ? delay : step;
        }

        return step ?? delays.Max();
    }

    private static Exception? Unwrap(Exception? exception)
        => exception is AggregateException { InnerExceptions: [var only] } ? Unwrap(only) : exception;
}
