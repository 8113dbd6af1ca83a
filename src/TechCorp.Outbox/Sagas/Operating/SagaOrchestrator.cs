using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TechCorp.Outbox;

/// <summary>Starts sagas, runs them to their end and reports their progress.</summary>
/// <remarks>
/// Safe for concurrent use. Every step's intent is durable before its action is called, and its outcome together with the next intent, so a saga is
/// resumed after any crash, by this process or another, with the same idempotency keys. Several processes share the work; an epoch fences the writes of a
/// process that lost a saga to another.
/// </remarks>
public sealed class SagaOrchestrator : IAsyncDisposable
{
    private readonly TimeProvider _timeProvider;
    private readonly SagaStore _store;
    private readonly SagaQueries _queries;
    private readonly Lazy<SagaCatalog> _catalog;
    private readonly SagaDispatcher _dispatcher;
    private readonly FreshSagas _fresh;
    private readonly SagaInterventions _interventions;
    private readonly WakeSignal _wake = new();

    internal SagaOrchestrator(
        OutboxDatabase database, IOutbox outbox, IEnumerable<SagaRegistration> registrations, IServiceScopeFactory scopes, SagaOptions options,
        TimeProvider timeProvider, ILogger logger)
    {
        options = options.Copy();
        logger = SafeLogger.Of(logger);
        _timeProvider = timeProvider;
        _store = new SagaStore(database, timeProvider, options, $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.CreateVersion7():N}", logger);
        _queries = new SagaQueries(database, timeProvider);
        // Lazy: a saga may itself depend on the orchestrator.
        _catalog = new Lazy<SagaCatalog>(() => new SagaCatalog(registrations.Select(registration => registration.Build(scopes, options)).ToList()));
        var writer = new SagaWriter(_store, outbox, timeProvider, logger);
        Runner = new SagaRunner(_store, writer, outbox, scopes, timeProvider, logger);
        _dispatcher = new SagaDispatcher(Runner, _store, options, logger, _wake.Wake);
        _fresh = new FreshSagas(_store, _dispatcher, options, timeProvider);
        _interventions = new SagaInterventions(_store, writer, _dispatcher, _catalog, outbox, scopes, timeProvider, _wake);
        Worker = new SagaWorker(_store, _dispatcher, _fresh, _catalog, options, _wake, timeProvider, logger);
    }

    internal SagaRunner Runner { get; }

    internal SagaWorker Worker { get; }

    /// <summary>Starts a saga, or finds the one that the business key has already (<see cref="SagaStart.IsNew"/>). It runs at once.</summary>
    /// <param name="businessKey">What the saga is about, unique among the sagas of this kind: the order's id. At most 255 characters.</param>
    /// <param name="state">What it begins with; chooses the saga by its type.</param>
    /// <param name="cancellationToken">Ends the wait; the saga may have been started.</param>
    /// <exception cref="InvalidOperationException">No saga is registered for the state's type.</exception>
    public async Task<SagaStart> StartAsync<TState>(string businessKey, TState state, CancellationToken cancellationToken = default)
        where TState : class
    {
        var (instance, plan) = Begin(businessKey, state);
        SagaStart start;
        var owned = false;
        await using (var write = await _store.BeginAsync(cancellationToken).ConfigureAwait(false))
        {
            (start, owned) = await InsertReservedAsync(write.Transaction, instance, plan, cancellationToken).ConfigureAwait(false);
            if (start.IsNew)
            {
                await CommitAsync(write, owned, cancellationToken).ConfigureAwait(false);
            }
        }

        if (owned)
        {
            _dispatcher.Run(instance, plan);
        }
        else if (start.IsNew)
        {
            _wake.Wake();
        }

        return start;
    }

    /// <summary>Starts a saga in the caller's transaction: it exists if that commits, together with the order's row and its
    /// events. Call <see cref="Wake"/> after the commit.</summary>
    /// <param name="transaction">An open transaction on the saga's database.</param>
    /// <param name="businessKey">What the saga is about, unique among the sagas of this kind: the order's id. At most 255 characters.</param>
    /// <param name="state">What it begins with; chooses the saga by its type.</param>
    /// <param name="cancellationToken">Ends the wait; the transaction is then the caller's to roll back.</param>
    /// <exception cref="InvalidOperationException">No saga is registered for the state's type, or the transaction has ended.</exception>
    public async Task<SagaStart> StartAsync<TState>(DbTransaction transaction, string businessKey, TState state, CancellationToken cancellationToken = default)
        where TState : class
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var (instance, plan) = Begin(businessKey, state);
        var owned = _dispatcher.Free > 0 && _fresh.HasRoom;
        var start = await InsertAsync(transaction, instance, plan, owned, cancellationToken).ConfigureAwait(false);
        if (owned && start.IsNew)
        {
            _fresh.Add(instance, plan);
        }

        return start;
    }

    /// <summary>Call it after the commit of a transaction that started a saga: the saga runs at once. Without it the
    /// saga runs when its first lease ends.</summary>
    public void Wake() => _wake.Wake();

    /// <summary>How far the saga of a business key is; null when there is none.</summary>
    /// <typeparam name="TState">The state's type chooses the saga.</typeparam>
    public Task<SagaSnapshot?> FindAsync<TState>(string businessKey, CancellationToken cancellationToken = default)
        where TState : class
        => _queries.FindAsync(_catalog.Value.For<TState>().Name, businessKey, cancellationToken);

    /// <summary>How far a saga is; null when there is none.</summary>
    public Task<SagaSnapshot?> FindAsync(Guid id, CancellationToken cancellationToken = default) => _queries.FindAsync(id, cancellationToken);

    /// <summary>The sagas in a status, the oldest first: those that need attention, for example.</summary>
    /// <param name="status">The status. A saga whose status cannot be read is listed with <see cref="SagaStatus.Suspended"/>, and one with a step
    /// that cannot be read says so in its <see cref="SagaSnapshot.Reason"/>.</param>
    /// <param name="limit">The most to return, 1 to 1000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<SagaSnapshot>> ListAsync(SagaStatus status, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        return _queries.ListAsync(status, limit, cancellationToken);
    }

    /// <summary>Tries again now: a stuck compensation, or a step that waits for its next attempt.</summary>
    /// <returns>False when the saga does not exist, has ended, is being tried at this moment, or its definition is not known here.</returns>
    public Task<bool> RetryAsync(Guid id, CancellationToken cancellationToken = default) => _interventions.RetryAsync(id, cancellationToken);

    /// <summary>Takes the outcome of a step that came by another way than the action's return: a callback, a message. Late and
    /// repeated reports do no harm.</summary>
    /// <param name="id">The instance.</param>
    /// <param name="step">The step.</param>
    /// <param name="outcome">What happened. A success of a step that was given up meanwhile makes its compensation run again.</param>
    /// <param name="cancellationToken">Ends the wait; the report may have been taken.</param>
    /// <returns>False when it changed nothing.</returns>
    /// <exception cref="ArgumentException">The saga has no such step, or it is local: its outcome is its commit.</exception>
    public Task<bool> ReportAsync(Guid id, string step, StepOutcome outcome, CancellationToken cancellationToken = default)
        => _interventions.ReportAsync(id, step, outcome, cancellationToken);

    /// <summary>Stops, giving up the calls that run.</summary>
    public ValueTask DisposeAsync() => Worker.DisposeAsync();

    internal Task<int> PurgeAsync(TimeSpan retention, int limit, CancellationToken cancellationToken) => _store.PurgeAsync(retention, limit, cancellationToken);

    /// <summary>Ends when nothing runs here.</summary>
    internal Task IdleAsync() => _dispatcher.IdleAsync();

    private (SagaInstance Instance, SagaPlan Plan) Begin<TState>(string businessKey, TState state)
        where TState : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(businessKey);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(businessKey.Length, 255, nameof(businessKey));
        ArgumentNullException.ThrowIfNull(state);
        var definition = _catalog.Value.For<TState>();
        var plan = SagaPlanner.Begin(definition.Rules);
        JsonShape.ThrowIfCut(state, definition.Json, "The saga's state", nameof(state));
        var data = JsonSerializer.Serialize(state, definition.Json);
        var deadline = SagaDeadline.In(definition.DeadlineAfter, _timeProvider);
        return (new SagaInstance(Guid.CreateVersion7(), definition, businessKey, Epoch: 1, data, plan.Progress, deadline), plan);
    }

    /// <summary>Owned by this process where it has a free slot; otherwise due at once for any process.</summary>
    private async Task<(SagaStart Start, bool Owned)> InsertReservedAsync(DbTransaction transaction, SagaInstance instance, SagaPlan plan,
        CancellationToken cancellationToken)
    {
        var owned = _dispatcher.TryReserveSlot();
        var kept = false;
        try
        {
            var start = await InsertAsync(transaction, instance, plan, owned, cancellationToken).ConfigureAwait(false);
            kept = start.IsNew && owned;
            return (start, kept);
        }
        finally
        {
            if (owned && !kept)
            {
                _dispatcher.ReleaseSlot();
            }
        }
    }

    /// <summary>Owned by this process; or due at once, its first attempt not yet made.</summary>
    private async Task<SagaStart> InsertAsync(DbTransaction transaction, SagaInstance instance, SagaPlan plan, bool owned, CancellationToken cancellationToken)
    {
        var stored = owned ? instance : instance with { Progress = SagaPlanner.Reverted(plan.Progress, plan.Ordinal) };
        var isNew = await _store.InsertAsync(transaction, stored, owned, cancellationToken).ConfigureAwait(false);
        var id = isNew
            ? instance.Id
            : await _store.IdOfAsync(transaction, instance.Definition.Name, instance.BusinessKey, cancellationToken).ConfigureAwait(false);
        return new SagaStart(id, isNew);
    }

    private async Task CommitAsync(WriteTransaction write, bool owned, CancellationToken cancellationToken)
    {
        try
        {
            await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch when (owned)
        {
            // It may have been committed all the same; then a search for due sagas finds it.
            _dispatcher.ReleaseSlot();
            throw;
        }
    }
}
