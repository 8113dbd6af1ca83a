namespace TechCorp.Messaging;

/// <summary>How one attempt to handle a delivery ended.</summary>
internal readonly record struct AttemptOutcome
{
    /// <summary>Whether the handler returned in time.</summary>
    internal bool IsSuccess { get; private init; }

    /// <summary>Whether the time given to the stop ended the attempt; the handler may have had an effect.</summary>
    internal bool IsStopped { get; private init; }

    /// <summary>What the handler threw, or what stands for it; null after success.</summary>
    internal Exception? Exception { get; private init; }

    /// <summary>What telemetry calls the failure; null after success.</summary>
    internal string? ErrorType => IsSuccess ? null : Exception is null ? "stopped" : ErrorText.TypeOf(Exception);

    /// <summary>Why no handler can ever be called, as in <see cref="DeadLetterReason"/>; null when one was called.</summary>
    internal string? UnhandleableReason { get; private init; }

    internal static AttemptOutcome Succeeded => new() { IsSuccess = true };

    internal static AttemptOutcome Stopped => new() { IsStopped = true };

    internal static AttemptOutcome Failed(Exception exception) => new() { Exception = exception };

    internal static AttemptOutcome Unhandleable(string reason, Exception exception) => new() { UnhandleableReason = reason, Exception = exception };
}
