namespace TechCorp.Resilience;

/// <summary>Remembers which idempotent operations are running, finished or in doubt, one record for each <see cref="IdempotencyKey"/>.</summary>
/// <remarks>
/// <para>
/// Every method is one atomic step on one record and may be called from any thread, process or node at once. Leases and retention are measured
/// by the clock of the store (the database's, or a <see cref="TimeProvider"/> in memory), never by the caller's: skew between nodes takes no lease away.
/// </para>
/// <para>
/// A method whose lease no longer holds the record returns <see langword="false"/>; exceptions mean that the store could not be reached. Repeating
/// a call whose reply was lost is safe: the owner of the request identifies it.
/// </para>
/// <para>The suite <c>IdempotencyStoreContract</c> states these rules as tests; every implementation runs it.</para>
/// </remarks>
public interface IIdempotencyStore
{
    /// <summary>Claims the key, or says why it cannot be claimed.</summary>
    /// <remarks>
    /// The first line that fits decides:
    /// <list type="number">
    /// <item>No record, a free one, or one past its retention that nobody holds (finished, or in progress with an expired lease): a new record under the
    /// next fence; <see cref="IdempotencyClaimStatus.Acquired"/>, attempt 1.</item>
    /// <item>Another fingerprint: <see cref="IdempotencyClaimStatus.Mismatch"/>, whatever the state, revealing nothing.</item>
    /// <item>Finished: <see cref="IdempotencyClaimStatus.Replay"/> with the stored outcome.</item>
    /// <item>In doubt: <see cref="IdempotencyClaimStatus.InDoubt"/>.</item>
    /// <item>In progress under the same owner: <see cref="IdempotencyClaimStatus.Acquired"/> with the same fence; the lease is renewed.</item>
    /// <item>In progress and the lease has not expired: <see cref="IdempotencyClaimStatus.InProgress"/> with what is left of the lease.</item>
    /// <item>In progress and the lease has expired: taken over; <see cref="IdempotencyClaimStatus.Acquired"/> with fence and attempt one higher.</item>
    /// </list>
    /// A lease or retention expires when the clock reaches its end. A record in doubt has no retention.
    /// </remarks>
    /// <param name="request">Key, fingerprint, owner, lease and retention.</param>
    /// <param name="cancellationToken">
    /// Gives up asking, also when the caller of the operation leaves. A store ends a canceled claim without having made it, or answers; one that
    /// has made it and throws holds the key until its lease ends.
    /// </param>
    ValueTask<IdempotencyClaim> TryBeginAsync(IdempotencyClaimRequest request, CancellationToken cancellationToken = default);

    /// <summary>Stores the outcome of the operation; from now on it is replayed until <paramref name="retention"/> has passed.</summary>
    /// <param name="lease">The claim that ran the operation. Its lease may have expired, as long as no other claim took over the record.</param>
    /// <param name="outcome">What the operation returned, or the failure to replay.</param>
    /// <param name="retention">How long the outcome is replayed.</param>
    /// <param name="cancellationToken">Gives up asking; the outcome may have been stored all the same.</param>
    /// <returns>
    /// <see langword="true"/> when the record is finished by this lease, now or by an earlier call whose reply was lost (the first outcome stays);
    /// <see langword="false"/> when the lease was lost, and nothing was written.
    /// </returns>
    ValueTask<bool> CompleteAsync(IdempotencyLease lease, StoredOutcome outcome, TimeSpan retention, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends a claim without an outcome and frees the key: the next call runs the operation, whatever its fingerprint, as attempt 1 under the next fence.
    /// </summary>
    /// <param name="lease">The claim to end.</param>
    /// <param name="cancellationToken">Gives up asking; the key may have been freed all the same.</param>
    /// <returns>
    /// <see langword="true"/> when this lease held the record; <see langword="false"/> when it was lost or already ended, and nothing was written.
    /// </returns>
    ValueTask<bool> ReleaseAsync(IdempotencyLease lease, CancellationToken cancellationToken = default);

    /// <summary>Ends a claim whose effect may or may not have happened: the record stays in doubt until <see cref="ResolveAsync"/> and never expires.</summary>
    /// <param name="lease">The claim to end.</param>
    /// <param name="cancellationToken">Gives up asking; the record may have changed all the same.</param>
    /// <returns>
    /// <see langword="true"/> when this lease held the record; <see langword="false"/> when it was lost or already ended, and nothing was written.
    /// </returns>
    ValueTask<bool> MarkInDoubtAsync(IdempotencyLease lease, CancellationToken cancellationToken = default);

    /// <summary>Renews the lease: it ends <paramref name="duration"/> from now. A record that this lease has finished stays as it is.</summary>
    /// <param name="lease">The claim to keep. Its lease may have expired, as long as no other claim took over the record.</param>
    /// <param name="duration">The new length of the lease.</param>
    /// <param name="cancellationToken">Gives up asking; the lease may have been renewed all the same.</param>
    /// <returns>
    /// <see langword="true"/> when this lease holds the record, or has finished it: then nothing was written and nothing is lost, so that an operation
    /// that commits its outcome together with its effect does not lose its lease; <see langword="false"/> when the lease was lost, or ended without an
    /// outcome, and nothing was written.
    /// </returns>
    ValueTask<bool> RenewAsync(IdempotencyLease lease, TimeSpan duration, CancellationToken cancellationToken = default);

    /// <summary>Resolves a record in doubt, after somebody has found out what happened.</summary>
    /// <param name="key">The record.</param>
    /// <param name="outcome">The outcome to replay from now on; <see langword="null"/> when the effect did not happen, so that the next call runs it.</param>
    /// <param name="retention">How long the outcome is replayed; without one, how long the fence of the freed key is remembered at least.</param>
    /// <param name="cancellationToken">Gives up asking; the record may have been settled all the same.</param>
    /// <returns><see langword="false"/> when the key has no record in doubt, and nothing was written.</returns>
    ValueTask<bool> ResolveAsync(IdempotencyKey key, StoredOutcome? outcome, TimeSpan retention, CancellationToken cancellationToken = default);

    /// <summary>Deletes records that are past their retention and whose last lease has expired: finished, free and
    /// abandoned ones, never one in doubt.</summary>
    /// <remarks>
    /// With the record the store may forget the fence: the next claim of the key may get 1 again. By then the last owner's lease has expired, and every earlier
    /// owner has lost its own at least a retention ago. Choose a retention longer than an owner can sleep and then still write somewhere.
    /// </remarks>
    /// <param name="maxRecords">The most records to delete in this call; at least 1.</param>
    /// <param name="cancellationToken">Stops early.</param>
    /// <returns>How many were deleted; fewer than <paramref name="maxRecords"/> means that none is left. Any number of nodes may sweep at once.</returns>
    ValueTask<int> SweepAsync(int maxRecords, CancellationToken cancellationToken = default);
}
