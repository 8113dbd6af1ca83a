using System.Data.Common;
using TechCorp.Resilience;

namespace TechCorp.Outbox;

/// <summary>Claims and completes records on a connection and in a transaction that the caller gives.</summary>
internal sealed class IdempotencyRecords(IdempotencySql sql, TimeProvider timeProvider)
{
    /// <summary>How long a claim or a renewal waits for a transaction that works on the same record.</summary>
    internal const int LockWaitMilliseconds = 1_000;

    internal static readonly TimeSpan LockWait = TimeSpan.FromMilliseconds(LockWaitMilliseconds);

    private const int Reads = 10;

    private readonly string _claimOrFind = $"{sql.Claim};\n{sql.Find}";

    private long Now => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    internal async Task<IdempotencyClaim> ClaimAsync(DbConnection connection, DbTransaction transaction, string bound, IdempotencyClaimRequest request,
        CancellationToken cancellationToken)
    {
        var row = new
        {
            request.Key.Scope,
            Key = request.Key.Value,
            Fingerprint = request.Fingerprint.Value,
            Owner = request.Owner.ToString(),
            Lease = Milliseconds(request.Lease),
            Retention = Milliseconds(request.Retention),
            Now,
        };

        // Both in one round trip. What the second finds may have been released, or have run out, since the first: then the first is right now.
        for (var read = 0; read < Reads; read++)
        {
            var (fence, found) = await connection.RowOfEitherAsync<IdempotencyFence, IdempotencyRow>(bound + _claimOrFind, row, transaction, cancellationToken)
                .ConfigureAwait(false);
            if (fence is not null)
            {
                return IdempotencyClaim.Acquired(new IdempotencyLease(request.Key, request.Owner, fence.Fence, fence.Attempt));
            }

            switch (found)
            {
                case null or { Status: 3 }:
                    break;
                case { IsSame: 0 }:
                    return IdempotencyClaim.Mismatch;
                case { Status: 1 }:
                    return IdempotencyClaim.Replay(new StoredOutcome(found.Failed == 1, found.TypeTag ?? "", found.Result ?? []));
                case { Status: 2 }:
                    return IdempotencyClaim.InDoubt;
                case { LeaseLeft: > 0 }:
                    return IdempotencyClaim.InProgress(TimeSpan.FromMilliseconds(found.LeaseLeft));
                default:
                    break;
            }
        }

        return IdempotencyClaim.InProgress(TimeSpan.Zero);
    }

    internal async Task<bool> CompleteAsync(DbConnection connection, DbTransaction transaction, string sql, IdempotencyLease lease, StoredOutcome outcome,
        TimeSpan retention, CancellationToken cancellationToken)
    {
        IdempotencyArguments.CheckKey(lease.Key);
        IdempotencyArguments.CheckSpan(retention, nameof(retention));
        var row = new
        {
            lease.Key.Scope,
            Key = lease.Key.Value,
            Owner = lease.Owner.ToString(),
            lease.Fence,
            outcome.Failed,
            outcome.TypeTag,
            Result = outcome.Payload.ToArray(),
            Retention = Milliseconds(retention),
            Now,
            Hold = Hold(lease),
        };

        // If not: an earlier call of this lease whose reply was lost, and the first outcome stays.
        return await connection.RunAsync(sql, row, transaction, cancellationToken: cancellationToken).ConfigureAwait(false) == 1
            || await IsCompletedAsync(connection, transaction, lease, cancellationToken).ConfigureAwait(false);
    }

    internal async Task<bool> IsCompletedAsync(DbConnection connection, DbTransaction transaction, IdempotencyLease lease, CancellationToken cancellationToken)
        => await connection.ScalarAsync<long>(sql.IsCompleted, Row(lease), transaction, cancellationToken: cancellationToken).ConfigureAwait(false) == 1;

    internal static object Row(IdempotencyLease lease) => new { lease.Key.Scope, Key = lease.Key.Value, Owner = lease.Owner.ToString(), lease.Fence };

    internal static long Milliseconds(TimeSpan span) => Math.Max(1, (long)span.TotalMilliseconds);

    internal static int Hold(IdempotencyLease lease) => StableHash.Of(lease.Owner.ToString());
}
