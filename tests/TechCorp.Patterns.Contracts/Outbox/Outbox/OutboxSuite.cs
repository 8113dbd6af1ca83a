using System.Data.Common;
using TechCorp.Messaging;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>What the suites about writing share.</summary>
public abstract class OutboxSuite<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    protected MessageCatalog Catalog { get; } = new();

    internal TransactionalOutbox Outbox { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Outbox = TransactionalOutbox.Create(Db.Database, Catalog, timeProvider: Db.Time);
        await Db.ExecuteAsync($"create table {Business} (id integer)");
    }

    public override async ValueTask DisposeAsync()
    {
        await Outbox.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected string Business => Db.Database.Table("business");

    protected Task<long> PendingAsync() => Db.ScalarAsync<long>("select count(*) from {outbox}");

    protected async Task<DbTransaction> BeginAsync()
    {
        var connection = await Db.Database.OpenAsync(Cancel);
        return await connection.BeginTransactionAsync(Cancel);
    }

    /// <summary>Whether a signal is waiting for the relay; takes it.</summary>
    internal Task<bool> WokenAsync() => Outbox.Signal.WaitAsync(TimeSpan.Zero, Db.Time, Cancel);
}
