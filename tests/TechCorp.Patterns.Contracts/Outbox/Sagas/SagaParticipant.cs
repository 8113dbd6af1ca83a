using System.Collections.Concurrent;
using Dapper;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>A service that a saga calls: idempotent by the barrier, with a ledger of what it did and hooks for what the network does.</summary>
internal abstract class SagaParticipant(TestDatabase db)
{
    private readonly SagaBarrier _barrier = new(db.Database, db.Time);

    /// <summary>Called before the effect of a call, with the operation and how often it was called: throw to lose the request.</summary>
    internal Func<string, int, CancellationToken, Task> Before { get; set; } = static (_, _, _) => Task.CompletedTask;

    /// <summary>Called after the effect is committed: throw to lose the reply.</summary>
    internal Func<string, int, CancellationToken, Task> After { get; set; } = static (_, _, _) => Task.CompletedTask;

    /// <summary>The calls, in order: operation and key.</summary>
    internal ConcurrentQueue<(string Operation, string Key)> Calls { get; } = new();

    /// <summary>Off in the test that shows what the barrier is for.</summary>
    internal bool HasBarrier { get; set; } = true;

    private string Ledger => db.Database.Table("ledger");

    internal static Task CreateLedgerAsync(TestDatabase db)
        => db.ExecuteAsync($"create table {db.Database.Table("ledger")} (operation text not null, business_key text not null, amount bigint not null)"
            .Replace("bigint", db.HasConcurrentWriters ? "bigint" : "integer", StringComparison.Ordinal));

    internal int Count(string operation) => Calls.Count(c => c.Operation == operation);

    protected async Task<BarrierEntry> ActAsync(string operation, string key, string businessKey, long amount, CancellationToken cancellationToken)
    {
        var entry = BarrierEntry.Proceed;
        await CallAsync(operation, key, async write =>
        {
            entry = HasBarrier ? await _barrier.EnterActionAsync(write.Transaction, key, cancellationToken) : BarrierEntry.Proceed;
            if (entry == BarrierEntry.Proceed)
            {
                await BookAsync(write, operation, businessKey, amount);
            }
        }, cancellationToken);
        return entry;
    }

    protected Task UndoAsync(string operation, string actionKey, string businessKey, long amount, CancellationToken cancellationToken)
        => CallAsync(operation, actionKey, async write =>
        {
            if (!HasBarrier || await _barrier.EnterCompensationAsync(write.Transaction, actionKey, cancellationToken) == BarrierEntry.Proceed)
            {
                await BookAsync(write, operation, businessKey, amount);
            }
        }, cancellationToken);

    private async Task CallAsync(string operation, string key, Func<WriteTransaction, Task> work, CancellationToken cancellationToken)
    {
        Calls.Enqueue((operation, key));
        var nth = Count(operation);
        await Before(operation, nth, cancellationToken);
        await using (var write = await db.Database.BeginWriteAsync(cancellationToken: CancellationToken.None))
        {
            await work(write);
            await write.CommitAsync(CancellationToken.None);
        }

        await After(operation, nth, cancellationToken);
    }

    private Task<int> BookAsync(WriteTransaction write, string operation, string businessKey, long amount)
        => write.Connection.ExecuteAsync($"insert into {Ledger} (operation, business_key, amount) values (@operation, @businessKey, @amount)",
            new { operation, businessKey, amount }, write.Transaction);
}
