using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>
/// Keeps a participant's effects right when a saga's calls come twice, late, or in the wrong order. For the service that is called: use it in the transaction of the effect,
/// with the key that the orchestrator sent.
/// </summary>
/// <remarks>Safe for concurrent use; a transaction is used by one caller at a time.</remarks>
public sealed class SagaBarrier
{
    private readonly OutboxDatabase _database;

    /// <summary>A barrier in the participant's own database.</summary>
    public SagaBarrier(OutboxDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = database;
    }

    /// <summary>Asks, before the effect, whether the action may have it.</summary>
    /// <param name="transaction">The transaction that the effect will be in.</param>
    /// <param name="actionKey">The key of the action.</param>
    /// <param name="cancellationToken">Ends the wait; roll back.</param>
    public Task<ActionEntry> EnterActionAsync(DbTransaction transaction, string actionKey, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Asks, before undoing, whether there is something to undo.</summary>
    /// <param name="transaction">The transaction that the undoing will be in.</param>
    /// <param name="actionKey">The key of the action, not the compensation's own.</param>
    /// <param name="cancellationToken">Ends the wait; roll back.</param>
    public Task<CompensationEntry> EnterCompensationAsync(DbTransaction transaction, string actionKey, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
