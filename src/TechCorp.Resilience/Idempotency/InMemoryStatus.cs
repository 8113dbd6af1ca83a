namespace TechCorp.Resilience;

/// <summary>The states of a record in memory.</summary>
internal enum InMemoryStatus
{
    InProgress,
    Finished,
    InDoubt,
}
