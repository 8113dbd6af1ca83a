using System.Collections.Concurrent;
using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>
/// The completions in transactions of callers that are still open, where the database has one writer and such a transaction keeps everybody else from writing:
/// their leases can be neither renewed nor taken.
/// </summary>
internal static class OpenCompletions
{
    private const int Few = 64;
    private static readonly ConcurrentDictionary<Guid, DbTransaction> Transactions = new();

    internal static void Add(Guid owner, DbTransaction transaction)
    {
        if (Transactions.Count >= Few)
        {
            foreach (var other in Transactions.Keys)
            {
                Contains(other);
            }
        }

        Transactions[owner] = transaction;
    }

    internal static bool Contains(Guid owner)
    {
        if (!Transactions.TryGetValue(owner, out var transaction))
        {
            return false;
        }

        // What has ended has no connection any more.
        return transaction.Connection is not null || !Transactions.TryRemove(new(owner, transaction));
    }
}
