namespace TechCorp.Outbox;

/// <summary>The end of a saga's time on this process's monotonic clock, measured from what the database said was left.</summary>
internal readonly record struct SagaDeadline(long? End)
{
    internal static SagaDeadline In(TimeSpan? left, TimeProvider timeProvider)
        => new(left is { } span ? timeProvider.GetTimestamp() + (long)(span.TotalSeconds * timeProvider.TimestampFrequency) : null);

    internal bool HasPassed(TimeProvider timeProvider) => Left(timeProvider) <= TimeSpan.Zero;

    /// <summary>Null where there is no deadline.</summary>
    internal TimeSpan? Left(TimeProvider timeProvider) => End is { } end ? timeProvider.GetElapsedTime(timeProvider.GetTimestamp(), end) : null;
}
