namespace TechCorp.Messaging;

/// <summary>How one attempt ended, with what there is to say about it.</summary>
/// <param name="End">How.</param>
/// <param name="Exception">What the handler threw, or what stands for it; null after success.</param>
/// <param name="Reason">Why no handler could be called, as in <see cref="DeadLetterReason"/>.</param>
internal readonly record struct AttemptResult(AttemptEnd End, Exception? Exception, string? Reason)
{
    internal static AttemptResult Succeeded => new(AttemptEnd.Succeeded, null, null);

    internal static AttemptResult Stopped => new(AttemptEnd.Stopped, null, null);

    internal static AttemptResult Failed(Exception exception) => new(AttemptEnd.Failed, exception, null);

    internal static AttemptResult Unhandleable(string reason, string text, Exception? cause = null)
        => new(AttemptEnd.Unhandleable, cause ?? new PermanentFailureException(text), reason);
}
