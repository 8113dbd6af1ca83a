using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>Which partitions are this relay's, by the database's word. One caller at a time: the pass.</summary>
internal abstract class PartitionOwnership : IAsyncDisposable
{
    /// <summary>What this relay owns; empty after the connection was lost.</summary>
    internal SortedDictionary<short, Partition> Owned { get; } = [];

    /// <summary>Takes what nobody owns, keeps what is owned, and gives the connection to work on.</summary>
    internal abstract Task<DbConnection> RefreshAsync(CancellationToken cancellationToken);

    /// <summary>Gives everything back, so that another relay can go on at once.</summary>
    internal abstract Task ReleaseAsync(CancellationToken cancellationToken);

    /// <summary>Forgets the connection after it failed, and with it what was owned.</summary>
    internal abstract ValueTask ResetAsync();

    public abstract ValueTask DisposeAsync();
}
