namespace TechCorp.Patterns.Contracts;

/// <summary>The base of the suites about stored data: each test has its own migrated database.</summary>
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
