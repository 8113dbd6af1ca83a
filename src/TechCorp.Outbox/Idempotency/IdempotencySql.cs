namespace TechCorp.Outbox;

/// <summary>The statements of the idempotency store in one dialect. Status: 0 in progress, 1 finished, 2 in doubt, 3 free.</summary>
internal sealed record IdempotencySql
{
    /// <summary>Goes before a statement in a transaction of our own that could wait for another's: it gives up after <see cref="SqlIdempotencyStore.LockWait"/>.</summary>
    internal required string Bound { get; init; }

    /// <summary>Goes behind a completion in a caller's transaction: shows until its end that it is open; empty where it shows by itself.</summary>
    internal required string Open { get; init; }

    /// <summary>1 while a completion of the owner is in an open transaction.</summary>
    internal required string IsOpen { get; init; }

    /// <summary>The claim, in one statement: a new record, the same claim again, a take-over; no row when somebody else has it or it is finished.</summary>
    internal required string Claim { get; init; }

    internal required string Find { get; init; }

    internal required string Complete { get; init; }

    /// <summary>Counts the record if this very lease has finished it.</summary>
    internal required string IsCompleted { get; init; }

    /// <summary>Frees the record and keeps it: the next claim needs its fence.</summary>
    internal required string Release { get; init; }

    internal required string Doubt { get; init; }

    internal required string Renew { get; init; }

    internal required string ResolveWith { get; init; }

    internal required string ResolveWithout { get; init; }

    /// <summary>Deletes records past their retention and their last lease: the fence of their keys begins again.</summary>
    internal required string Sweep { get; init; }
}
