using TechCorp.Messaging;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>What the suites about the relay share: a scripted broker and passes that the test runs itself.</summary>
public abstract class RelaySuite<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private readonly List<RelayPass> _passes = [];

    internal TransactionalOutbox Outbox { get; private set; } = null!;

    internal ScriptedBroker Broker { get; } = new();

    internal RelayOptions Options { get; } = new();

    /// <summary>The relay of most tests.</summary>
    internal RelayPass Pass { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Outbox = TransactionalOutbox.Create(Db.Database, new MessageCatalog(), timeProvider: Db.Time);
        Pass = NewPass();
    }

    public override async ValueTask DisposeAsync()
    {
        Broker.ReleaseConfirms();
        foreach (var pass in _passes)
        {
            await pass.DisposeAsync();
        }

        await Outbox.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A relay as another process would run it.</summary>
    internal RelayPass NewPass(OutboxDatabase? database = null)
    {
        var pass = new RelayPass(database ?? new OutboxDatabase(Db.OpenAnotherDataSource(), Db.Database.Dialect, Db.Database.Schema), Broker, Options, Db.Time);
        _passes.Add(pass);
        return pass;
    }

    internal Task<RelayPassResult> RunAsync() => Pass.RunAsync(Cancel);

    /// <summary>Lets the sweep interval pass, so that the next pass reads from the beginning.</summary>
    internal Task<RelayPassResult> SweepAsync()
    {
        Db.Time.Advance(Options.SweepInterval);
        return RunAsync();
    }

    protected async Task AppendAsync(params OutboxMessage[] messages)
    {
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        Array.ForEach(messages, work.Publish);
        await work.CommitAsync(Cancel);
    }

    protected Task<long> PendingAsync() => Db.ScalarAsync<long>("select count(*) from {outbox} where sent_at is null");

    protected Task<long> ParkedAsync() => Db.ScalarAsync<long>("select count(*) from {outbox_parked}");

    protected Task<long> AttemptsAsync() => Db.ScalarAsync<long>("select coalesce(sum(attempts), 0) from {outbox}");
}
