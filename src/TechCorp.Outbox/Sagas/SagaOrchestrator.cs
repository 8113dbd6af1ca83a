using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>Starts sagas, runs them to their end and tells how far they are.</summary>
/// <remarks>
/// Safe for concurrent use. Every step's intent is durable before its action is called, and its outcome together with the next intent, so a saga is resumed after any crash,
/// by this process or another, with the same idempotency keys. Several processes share the work; an epoch fences the writes of one that lost a saga to another.
/// </remarks>
public sealed partial class SagaOrchestrator
{
    /// <summary>Starts a saga, or finds the one that the business key has already (<see cref="SagaStart.IsNew"/>). It runs at once.</summary>
    /// <param name="businessKey">What the saga is about, unique among the sagas of this kind: the order's id. At most 255 characters.</param>
    /// <param name="state">What it begins with; chooses the saga by its type.</param>
    /// <param name="cancellationToken">Ends the wait; the saga may have been started.</param>
    /// <exception cref="InvalidOperationException">No saga is registered for the state's type.</exception>
    public Task<SagaStart> StartAsync<TState>(string businessKey, TState state, CancellationToken cancellationToken = default)
        where TState : class
        => throw new NotImplementedException();

    /// <summary>Starts a saga in the caller's transaction: it exists if that commits, together with the order's row and its events. Call <see cref="Wake"/> after the commit.</summary>
    /// <param name="transaction">An open transaction on the saga's database.</param>
    /// <param name="businessKey">What the saga is about, unique among the sagas of this kind: the order's id. At most 255 characters.</param>
    /// <param name="state">What it begins with; chooses the saga by its type.</param>
    /// <param name="cancellationToken">Ends the wait; the transaction is then the caller's to roll back.</param>
    /// <exception cref="InvalidOperationException">No saga is registered for the state's type, or the transaction has ended.</exception>
    public Task<SagaStart> StartAsync<TState>(DbTransaction transaction, string businessKey, TState state, CancellationToken cancellationToken = default)
        where TState : class
        => throw new NotImplementedException();

    /// <summary>Says that a transaction with a start in it was committed: the saga runs at once. Without it the saga runs when its first lease is over.</summary>
    public void Wake() => throw new NotImplementedException();

    /// <summary>How far the saga of a business key is; null when there is none.</summary>
    /// <typeparam name="TState">The state's type chooses the saga.</typeparam>
    public Task<SagaSnapshot?> FindAsync<TState>(string businessKey, CancellationToken cancellationToken = default)
        where TState : class
        => throw new NotImplementedException();

    /// <summary>How far a saga is; null when there is none.</summary>
    public Task<SagaSnapshot?> FindAsync(Guid id, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The sagas in a status, the oldest first: those that need attention, for example.</summary>
    /// <param name="status">The status.</param>
    /// <param name="limit">The most to return, 1 to 1000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<SagaSnapshot>> ListAsync(SagaStatus status, int limit = 100, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Tries again now: a stuck compensation, or a step that waits for its next attempt.</summary>
    /// <returns>False when the saga does not exist, has ended, or its definition is not known here.</returns>
    public Task<bool> RetryAsync(Guid id, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Takes the outcome of a step that came by another way than the action's return: a callback, a message. Late and repeated reports do no harm.</summary>
    /// <param name="id">The instance.</param>
    /// <param name="step">The step.</param>
    /// <param name="outcome">What happened. A success of a step that was given up meanwhile has it compensated once more.</param>
    /// <param name="cancellationToken">Ends the wait; the report may have been taken.</param>
    /// <returns>False when it changed nothing.</returns>
    public Task<bool> ReportAsync(Guid id, string step, StepOutcome outcome, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
