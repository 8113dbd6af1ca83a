using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>Runs operations whose effect happens once for each key: the first call runs it, the others get its outcome. Safe for use by many threads.</summary>
/// <remarks>
/// <para>
/// Calls with the same key and fingerprint in this process share one claim. Between processes the store decides; a call that finds the key taken waits
/// or ends with a conflict (<see cref="IdempotencyOptions.OnDuplicate"/>).
/// </para>
/// <para>
/// A process that dies leaves the key taken until its lease is over; then the next call runs the operation again. The effect happens once for certain
/// only if it commits together with the completion (see the SQL stores of TechCorp.Outbox) or is itself idempotent under the key.
/// </para>
/// </remarks>
public sealed class IdempotencyExecutor
{
    private readonly ConcurrentDictionary<(IdempotencyKey, Fingerprint), IdempotencyFlight> _flights = new();
    private readonly IdempotencyServices _services;

    /// <summary>Makes an executor.</summary>
    /// <param name="store">Where outcomes are kept.</param>
    /// <param name="options">Lease, retention, waiting. Default: <see cref="IdempotencyOptions"/> as it is.</param>
    /// <param name="timeProvider">The clock of waits and renewals. Default: the system's. Leases are measured by the store's own clock.</param>
    /// <param name="logger">Default: none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is invalid; the message names all that are.</exception>
    public IdempotencyExecutor(IIdempotencyStore store, IdempotencyOptions? options = null, TimeProvider? timeProvider = null, ILogger? logger = null)
        => _services = new IdempotencyServices(store, options ?? new IdempotencyOptions(), timeProvider, logger);

    /// <summary>Runs the operation, or gives back what another run of it under this key returned.</summary>
    /// <typeparam name="TState">What is passed to the operation.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="operation">The description.</param>
    /// <param name="key">Names the effect.</param>
    /// <param name="fingerprint">Tells requests under one key apart; <see cref="Fingerprint.None"/> if the key alone identifies them.</param>
    /// <param name="state">Passed to the operation.</param>
    /// <param name="cancellationToken">Cancels the operation, or the wait for it. Once the operation has finished, its outcome is stored all the same.</param>
    /// <exception cref="IdempotencyConflictException">Another call with the key still runs.</exception>
    /// <exception cref="IdempotencyMismatchException">The key was used for another request.</exception>
    /// <exception cref="IdempotencyInDoubtException">Whether the effect happened is not known.</exception>
    /// <exception cref="IdempotencyLeaseLostException">The operation took longer than its lease could be kept.</exception>
    /// <exception cref="CompletionUnknownException">The operation ran, but the store could not be told.</exception>
    /// <exception cref="StoredFailureException">An earlier run failed, and failures are replayed.</exception>
    /// <exception cref="StoredResultUnreadableException">The stored result is not one that this program can read.</exception>
    /// <exception cref="InvalidOperationException">The operation called itself under the same key.</exception>
    public ValueTask<IdempotentResult<TResult>> ExecuteAsync<TState, TResult>(
        IdempotentOperation<TState, TResult> operation,
        IdempotencyKey key,
        Fingerprint fingerprint,
        TState state,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        key.ThrowIfDefault(nameof(key));
        RunningKeys.ThrowIfRunning(_services.Store, key);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IdempotentResult<TResult>>(cancellationToken);
        }

        // What this process remembers needs no claim, no flight and no memory.
        return _services.Memory is { } memory && memory.TryReplay(key, fingerprint, out var outcome)
            ? Replay(operation, key, outcome)
            : FlyAsync(new IdempotentCall<TState, TResult>(operation, key, fingerprint, state), cancellationToken);
    }

    /// <summary>Settles a key in doubt.</summary>
    /// <typeparam name="TState">What is passed to the operation.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="operation">The description whose calls will get the result.</param>
    /// <param name="key">The key in doubt.</param>
    /// <param name="result">What the operation has returned, as was found out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the key was in doubt.</returns>
    public ValueTask<bool> ResolveAsync<TState, TResult>(
        IdempotentOperation<TState, TResult> operation,
        IdempotencyKey key,
        TResult result,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var outcome = new StoredOutcome(Failed: false, operation.Serializer.TypeTag, operation.Serializer.Serialize(result));
        return _services.Store.ResolveAsync(key, outcome, _services.Options.Retention, cancellationToken);
    }

    /// <summary>Settles a key in doubt whose effect did not happen: the next call runs the operation.</summary>
    /// <param name="key">The key in doubt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the key was in doubt.</returns>
    public ValueTask<bool> ForgetAsync(IdempotencyKey key, CancellationToken cancellationToken = default)
        => _services.Store.ResolveAsync(key, outcome: null, _services.Options.Retention, cancellationToken);

    private static ValueTask<IdempotentResult<TResult>> Replay<TState, TResult>(IdempotentOperation<TState, TResult> operation, IdempotencyKey key, StoredOutcome outcome)
    {
        try
        {
            return new(IdempotentCall<TState, TResult>.Replay(operation.Serializer, key, outcome));
        }
        catch (IdempotencyException exception)
        {
            return ValueTask.FromException<IdempotentResult<TResult>>(exception);
        }
    }

    private async ValueTask<IdempotentResult<TResult>> FlyAsync<TState, TResult>(IdempotentCall<TState, TResult> call, CancellationToken cancellationToken)
    {
        var waitEnd = _services.Clock.Add(_services.Clock.Now, _services.Options.WaitTimeout);
        while (true)
        {
            var own = new IdempotencyFlight();
            var flight = _flights.GetOrAdd((call.Key, call.Fingerprint), own);
            if (ReferenceEquals(flight, own))
            {
                return await LeadAsync(call, own, waitEnd, cancellationToken).ConfigureAwait(false);
            }

            var result = await JoinAsync(call.Key, flight, waitEnd, cancellationToken).ConfigureAwait(false);
            if (result.Outcome is { } outcome)
            {
                return call.Replay(outcome);
            }

            result.Failure?.Throw();
        }
    }

    private async ValueTask<IdempotentResult<TResult>> LeadAsync<TState, TResult>(
        IdempotentCall<TState, TResult> call,
        IdempotencyFlight flight,
        long waitEnd,
        CancellationToken cancellationToken)
    {
        var result = FlightResult.Withdrawn;
        try
        {
            IdempotentResult<TResult> own;
            (own, var outcome) = await new IdempotentRun<TState, TResult>(_services, call, flight)
                .ExecuteAsync(waitEnd, cancellationToken).ConfigureAwait(false);
            result = new FlightResult(outcome, Failure: null);
            return own;
        }
        catch (Exception exception) when (!IsOnlyTheLeaders(exception, cancellationToken))
        {
            result = new FlightResult(Outcome: null, ExceptionDispatchInfo.Capture(exception));
            throw;
        }
        finally
        {
            // Out of the table first: who is told to lead must not find this flight again.
            _flights.TryRemove(new((call.Key, call.Fingerprint), flight));
            flight.Land(result);
        }
    }

    /// <summary>The leader's cancellation, the end of its patience and the loss of its lease are nobody else's.</summary>
    private static bool IsOnlyTheLeaders(Exception exception, CancellationToken cancellationToken)
        => exception is IdempotencyConflictException or IdempotencyLeaseLostException || (exception is OperationCanceledException && cancellationToken.IsCancellationRequested);

    private async ValueTask<FlightResult> JoinAsync(IdempotencyKey key, IdempotencyFlight flight, long waitEnd, CancellationToken cancellationToken)
    {
        try
        {
            var patience = _services.Clock.Until(waitEnd, _services.Clock.Now);
            var runs = await flight.Claimed.WaitAsync(patience, _services.Clock.Provider, cancellationToken).ConfigureAwait(false);
            if (runs && _services.Options.OnDuplicate == DuplicateMode.Conflict && !flight.Landed.IsCompleted)
            {
                throw new IdempotencyConflictException(key, _services.Options.Lease);
            }

            patience = _services.Clock.Until(waitEnd, _services.Clock.Now);
            return await flight.Landed.WaitAsync(patience, _services.Clock.Provider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new IdempotencyConflictException(key, _services.Options.Lease);
        }
    }
}
