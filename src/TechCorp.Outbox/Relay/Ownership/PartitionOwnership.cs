using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>Which partitions this relay owns, as the database says. One caller at a time: the pass.</summary>
internal abstract class PartitionOwnership : IAsyncDisposable
{
    internal static PartitionOwnership For(OutboxDatabase database, TimeProvider timeProvider, RelayOptions options)
        => database.Dialect.Choose<PartitionOwnership>(() => new AdvisoryLockOwnership(database, timeProvider),
            () => new LeaseOwnership(database, timeProvider, options.LeaseDuration));

    /// <summary>Refuses connections that a relay cannot own partitions with.</summary>
    /// <exception cref="InvalidOperationException">Says what to do.</exception>
    internal static Task CheckSessionsAsync(OutboxDatabase database, CancellationToken cancellationToken)
        => database.Dialect.Choose(() => SessionProbe.CheckAsync(database, cancellationToken), () => Task.CompletedTask);

    /// <summary>What this relay owns; empty after the connection was lost.</summary>
    internal SortedDictionary<short, Partition> Owned { get; } = [];

    /// <summary>Takes the partitions without an owner, keeps the owned ones, and returns the connection to work on.</summary>
    internal abstract Task<DbConnection> RefreshAsync(CancellationToken cancellationToken);

    /// <summary>Releases all partitions, so that another relay can continue at once.</summary>
    internal abstract Task ReleaseAsync(CancellationToken cancellationToken);

    /// <summary>Forgets the connection after it failed, and with it what was owned.</summary>
    internal abstract ValueTask ResetAsync();

    public abstract ValueTask DisposeAsync();
}
