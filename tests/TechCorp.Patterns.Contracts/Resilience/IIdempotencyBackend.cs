using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

/// <summary>A place where idempotency records are kept, made empty for one test.</summary>
public interface IIdempotencyBackend : IAsyncDisposable
{
    /// <summary>The store under test.</summary>
    IIdempotencyStore Store { get; }

    /// <summary>Makes the place ready: schema, empty table.</summary>
    ValueTask StartAsync();

    /// <summary>
    /// Moves the clock of the store by exactly this much. A store on the clock of its database may instead move the times in its records back.
    /// Times that pass on their own during a test are far shorter than the durations used here (10 s and more).
    /// </summary>
    ValueTask AdvanceAsync(TimeSpan by);
}
