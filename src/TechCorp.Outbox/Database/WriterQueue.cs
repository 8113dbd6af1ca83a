using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace TechCorp.Outbox;

/// <summary>The queue of writers of one SQLite database in this process: first come, first served, so that no writer gets "database is locked".</summary>
/// <remarks>Other processes, and transactions begun without this queue, are met by the busy timeout. A place for group
/// commit, should figures ask for it.</remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "Lives as long as the process; a SemaphoreSlim without a wait handle holds nothing.")]
internal sealed class WriterQueue
{
    private static readonly ConcurrentDictionary<string, WriterQueue> Queues = new(StringComparer.Ordinal);
    private static readonly TimeSpan SlotTimeout = TimeSpan.FromSeconds(30);

    // SemaphoreSlim hands over to asynchronous waiters in the order in which they came.
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    private WriterQueue()
    {
    }

    internal static WriterQueue Of(DbDataSource dataSource) => Queues.GetOrAdd(dataSource.ConnectionString, static _ => new WriterQueue());

    /// <exception cref="TimeoutException">Another transaction of this process has held the database for 30 s: one inside the other, perhaps.</exception>
    internal async ValueTask<WriterSlot> TakeSlotAsync(CancellationToken cancellationToken)
    {
        if (!await _semaphore.WaitAsync(SlotTimeout, cancellationToken).ConfigureAwait(false))
        {
            throw new TimeoutException("Another transaction of this process has held the SQLite database for 30 s. SQLite has one writer: end a unit of work "
                + "before you begin the next, and await nothing slow inside it.");
        }

        return new WriterSlot(_semaphore);
    }
}
