namespace TechCorp.Messaging;

/// <summary>A queue at a moment.</summary>
internal readonly record struct QueueCounts(long Ready, int Consumers);
