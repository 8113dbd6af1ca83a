namespace TechCorp.Patterns.Contracts;

/// <summary>What the suites about stored things share: a database of its own for each test, migrated.</summary>
public abstract class DatabaseContract<TDatabase> : IAsyncLifetime
    where TDatabase : TestDatabase, new()
{
    protected TDatabase Db { get; } = new();

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        await Db.InitializeAsync();
        await Db.MigrateAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Db.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
