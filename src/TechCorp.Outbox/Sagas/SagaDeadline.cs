namespace TechCorp.Outbox;

/// <summary>The end of a saga's time on this process's monotonic clock, measured from what the database said was left.</summary>
internal readonly record struct SagaDeadline(long? End)
{
    internal static SagaDeadline In(TimeSpan? left, TimeProvider time)
        => new(left is { } span ? time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency) : null);

    internal bool HasPassed(TimeProvider time) => Left(time) <= TimeSpan.Zero;

    /// <summary>Null where there is no deadline.</summary>
    internal TimeSpan? Left(TimeProvider time) => End is { } end ? time.GetElapsedTime(time.GetTimestamp(), end) : null;
}
