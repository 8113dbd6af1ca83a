using TechCorp.Patterns.Contracts;
using TechCorp.Resilience;

namespace TechCorp.Outbox.Tests;

/// <summary>The store in its own database, for one test.</summary>
public abstract class DatabaseIdempotencyBackend<TDatabase> : IIdempotencyBackend
    where TDatabase : TestDatabase, new()
{
    private readonly TDatabase _db = new();
    private SqlIdempotencyStore? _store;

    public IIdempotencyStore Store => _store ?? throw new InvalidOperationException("StartAsync has not run.");

    public async ValueTask StartAsync()
    {
        await _db.InitializeAsync();
        await _db.MigrateAsync();
        _store = new SqlIdempotencyStore(_db.Database, _db.Time);
    }

    public async ValueTask AdvanceAsync(TimeSpan by) => await _db.AgeAsync(by);

    public async ValueTask DisposeAsync()
    {
        await _db.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
