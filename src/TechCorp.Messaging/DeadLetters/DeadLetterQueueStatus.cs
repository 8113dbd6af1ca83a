namespace TechCorp.Messaging;

/// <summary>A dead-letter queue at a moment.</summary>
/// <param name="Queue">The queue whose dead letters these are.</param>
/// <param name="Count">How many are ready; null when there is no dead-letter queue.</param>
public sealed record DeadLetterQueueStatus(string Queue, long? Count);
