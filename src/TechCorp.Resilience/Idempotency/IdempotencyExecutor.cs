using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>Runs operations whose effect happens once for each key: the first call runs it, the others get its outcome. Safe for use by many threads.</summary>
/// <remarks>
/// <para>
/// Calls with the same key and fingerprint in this process share one claim. Between processes the store decides; a call that finds the key in progress waits
/// or ends with a conflict (<see cref="IdempotencyOptions.WaitTimeout"/>).
/// </para>
/// <para>
/// A process that dies leaves the key in progress until its lease ends; then the next call runs the operation again. The effect is guaranteed to happen once
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
    /// <exception cref="IdempotencyException">There is no result; the reason says why and what to do.</exception>
    /// <exception cref="InvalidOperationException">The operation called itself under the same key.</exception>
    public ValueTask<IdempotentResult<TResult>> ExecuteAsync<TState, TResult>(
        IdempotentOperation<TState, TResult> operation,
        IdempotencyKey key,
        Fingerprint fingerprint,
        TState state,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return TryAnswer(operation.Serializer, key, fingerprint, cancellationToken, out var answer)
            ? answer
            : FlyAsync(new IdempotentCall<TState, TResult>(operation, key, fingerprint, state), cancellationToken);
    }

    /// <summary>Runs an operation that returns nothing, unless another run of it under this key has succeeded.</summary>
    /// <typeparam name="TState">What is passed to the operation.</typeparam>
    /// <param name="operation">Runs it; <see cref="IdempotentOperation{TState, TResult}"/> describes lease and token.</param>
    /// <param name="key">Names the effect.</param>
    /// <param name="fingerprint">Tells requests under one key apart; <see cref="Fingerprint.None"/> if the key alone identifies them.</param>
    /// <param name="state">Passed to the operation.</param>
    /// <param name="onFailure">What an exception leaves behind. Default: <see cref="IdempotencyFailurePolicy.Release"/>.</param>
    /// <param name="cancellationToken">Cancels the operation, or the wait for it. Once the operation has finished, its outcome is stored all the same.</param>
    /// <returns>Whether it was another run, of an earlier call or of a call at the same time.</returns>
    /// <exception cref="IdempotencyException">There is no outcome; the reason says why and what to do.</exception>
    /// <exception cref="InvalidOperationException">The operation called itself under the same key.</exception>
    public ValueTask<bool> ExecuteAsync<TState>(
        Func<TState, IdempotencyLease, CancellationToken, ValueTask> operation,
        IdempotencyKey key,
        Fingerprint fingerprint,
        TState state,
        IdempotencyFailurePolicy onFailure = IdempotencyFailurePolicy.Release,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return IsReplayedAsync(TryAnswer(NoResultSerializer.Instance, key, fingerprint, cancellationToken, out var answer)
            ? answer
            : FlyAsync(IdempotentAction.Call(operation, onFailure, key, fingerprint, state), cancellationToken));
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
        var outcome = StoredResult.From(operation.Serializer, result);
        return _services.Store.ResolveAsync(key, outcome, _services.Options.Retention, cancellationToken).Preserve();
    }

    /// <summary>Settles a key in doubt whose effect did not happen: the next call runs the operation.</summary>
    /// <param name="key">The key in doubt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the key was in doubt.</returns>
    public ValueTask<bool> ForgetAsync(IdempotencyKey key, CancellationToken cancellationToken = default)
        => _services.Store.ResolveAsync(key, outcome: null, _services.Options.Retention, cancellationToken).Preserve();

    private static async ValueTask<bool> IsReplayedAsync(ValueTask<IdempotentResult<NoResult>> pending) => (await pending.ConfigureAwait(false)).Replayed;

    /// <summary>Answers a call that needs no claim: a replay from the memory of this process, which allocates nothing, or a cancellation.</summary>
    private bool TryAnswer<TResult>(
        IResultSerializer<TResult> serializer,
        IdempotencyKey key,
        Fingerprint fingerprint,
        CancellationToken cancellationToken,
        out ValueTask<IdempotentResult<TResult>> answer)
    {
        key.ThrowIfDefault(nameof(key));
        RunningKeys.ThrowIfRunning(_services.Store, key);
        answer = default;
        if (cancellationToken.IsCancellationRequested)
        {
            answer = ValueTask.FromCanceled<IdempotentResult<TResult>>(cancellationToken);
            return true;
        }

        if (_services.Memory is not { } memory || !memory.TryReplay(key, fingerprint, out var outcome))
        {
            return false;
        }

        try
        {
            answer = new(StoredResult.Read(serializer, key, outcome));
        }
        catch (IdempotencyException exception)
        {
            answer = ValueTask.FromException<IdempotentResult<TResult>>(exception);
        }

        return true;
    }

    private async ValueTask<IdempotentResult<TResult>> FlyAsync<TState, TResult>(IdempotentCall<TState, TResult> call, CancellationToken cancellationToken)
    {
        var waitEnd = _services.Clock.Add(_services.Clock.Now, _services.Options.JoinTimeout);
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
            // Removed first: a call that is to lead next must not find this flight again.
            _flights.TryRemove(new((call.Key, call.Fingerprint), flight));
            flight.Land(result);
        }
    }

    /// <summary>The leader's cancellation, the end of its wait and the loss of its lease concern no other call.</summary>
    private static bool IsOnlyTheLeaders(Exception exception, CancellationToken cancellationToken)
        => exception is IdempotencyException { Reason: IdempotencyFailureReason.Conflict or IdempotencyFailureReason.LeaseLost }
        || (exception is OperationCanceledException && cancellationToken.IsCancellationRequested);

    private async ValueTask<FlightResult> JoinAsync(IdempotencyKey key, IdempotencyFlight flight, long waitEnd, CancellationToken cancellationToken)
    {
        try
        {
            var left = _services.Clock.Until(waitEnd, _services.Clock.Now);
            var runs = await flight.Claimed.WaitAsync(left, _services.Clock.Provider, cancellationToken).ConfigureAwait(false);
            if (runs && !_services.Options.Waits && !flight.Landed.IsCompleted)
            {
                throw IdempotencyException.Conflict(key, _services.Options.Lease);
            }

            left = _services.Clock.Until(waitEnd, _services.Clock.Now);
            return await flight.Landed.WaitAsync(left, _services.Clock.Provider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw IdempotencyException.Conflict(key, _services.Options.Lease);
        }
    }
}
