using System.Data.Common;
using TechCorp.Resilience;

namespace TechCorp.Outbox;

/// <summary>The database gave up the caller's transaction because another one changed the record of the key. Nothing of it
/// counts: run the whole transaction again.</summary>
/// <remarks>PostgreSQL under REPEATABLE READ and SERIALIZABLE, or in a deadlock. The renewals of a running operation change its record too. READ COMMITTED
/// serializes on the row instead.</remarks>
public sealed class IdempotencyTransactionException : Exception
{
    internal IdempotencyTransactionException(IdempotencyKey key, DbException innerException)
        : base($"Another transaction changed the record of '{key}' after this one had begun, and the database gave this one up (SQLSTATE "
            + $"{innerException.SqlState}). Roll back and run the whole transaction again: it then finds what the other one left. Under READ COMMITTED it "
            + "would have waited instead.", innerException)
        => Key = key;

    /// <summary>The key whose record it was.</summary>
    public IdempotencyKey Key { get; }
}
