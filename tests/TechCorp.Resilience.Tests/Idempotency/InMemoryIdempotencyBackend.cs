using TechCorp.Patterns.Contracts;

namespace TechCorp.Resilience.Tests;

public sealed class InMemoryIdempotencyBackend : IIdempotencyBackend
{
    private readonly TestClock _clock = new();
    private InMemoryIdempotencyStore? _store;

    public IIdempotencyStore Store => _store!;

    public ValueTask StartAsync()
    {
        _store = new InMemoryIdempotencyStore(timeProvider: _clock);
        return default;
    }

    public ValueTask AdvanceAsync(TimeSpan by)
    {
        _clock.Advance(by);
        return default;
    }

    public ValueTask DisposeAsync() => default;
}
