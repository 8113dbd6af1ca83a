using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>SQLite: a partition is owned by lease; each change of owner raises its epoch, and every write of a relay names the epoch it was given.</summary>
internal sealed class LeaseOwnership(OutboxDatabase database, TimeProvider timeProvider, TimeSpan duration) : PartitionOwnership
{
    private readonly LeaseSql _sql = new(database.Schema);
    private readonly LeaseHolder _me = LeaseHolder.Create();
    private DbConnection? _connection;
    private DateTimeOffset _renewAt = DateTimeOffset.MinValue;
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    internal string Name => _me.Name;

    internal override async Task<DbConnection> RefreshAsync(CancellationToken cancellationToken)
    {
        _connection ??= await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var now = timeProvider.GetUtcNow();
        if (now >= _until)
        {
            // Nothing may be published under a lease that has ended: another relay may own the partitions.
            Owned.Clear();
        }

        if (now >= _renewAt && (Owned.Count > 0 || await IsAnyFreeAsync(_connection, now, cancellationToken).ConfigureAwait(false)))
        {
            await TakeAsync(now, cancellationToken).ConfigureAwait(false);
            _until = now + duration;
            _renewAt = now + (Owned.Count == OutboxRow.Partitions ? duration * 2 / 3 : TimeSpan.FromMilliseconds(500));
        }

        return _connection;
    }

    /// <summary>Checked before the write lock is taken: a relay on standby blocks no writer.</summary>
    private async Task<bool> IsAnyFreeAsync(DbConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var holders = await connection.RowsAsync<string>(_sql.LiveHolders, new SqlParameters { { "now", database.Dialect.Time(now) } },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return holders.Count < OutboxRow.Partitions || holders.Distinct().Any(name => name == _me.Name || LeaseHolder.IsGone(name));
    }

    private async Task TakeAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var write = await database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var holders = await write.RowsAsync<string>(_sql.Holders, cancellationToken: cancellationToken).ConfigureAwait(false);
        var gone = holders.Where(name => name != _me.Name && LeaseHolder.IsGone(name)).ToList();
        var parameters = new SqlParameters
        {
            { "me", _me.Name },
            { "now", database.Dialect.Time(now) },
            { "until", database.Dialect.Time(now + duration) },
            { "gone", database.Dialect.Texts(gone) },
        };
        var mine = await write.RowsAsync<(short Part, long Epoch)>(_sql.Take, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        Adopt(mine.ToDictionary(lease => lease.Part, lease => lease.Epoch));
    }

    private void Adopt(Dictionary<short, long> mine)
    {
        foreach (var lost in Owned.Values.Where(partition => !mine.TryGetValue(partition.Number, out var epoch) || epoch != partition.Epoch).ToList())
        {
            Owned.Remove(lost.Number);
        }

        foreach (var (part, epoch) in mine)
        {
            Owned.TryAdd(part, new Partition(part, epoch));
        }
    }

    internal override async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        Owned.Clear();
        _renewAt = DateTimeOffset.MinValue;
        await using var write = await database.BeginWriteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.RunAsync(_sql.Release, new { me = _me.Name }, commandTimeout: 5, cancellationToken: cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    internal override async ValueTask ResetAsync()
    {
        Owned.Clear();
        _renewAt = DateTimeOffset.MinValue;
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    public override ValueTask DisposeAsync() => ResetAsync();
}
