namespace TechCorp.Resilience;

/// <summary>The leading call of a single flight: claims the key, runs the operation while the lease is renewed, stores the outcome.</summary>
internal sealed class IdempotentRun<TState, TResult>(IdempotencyServices services, IdempotentCall<TState, TResult> call, IdempotencyFlight flight)
{
    private readonly IdempotencyClaimRequest _request =
        new(call.Key, call.Fingerprint, Guid.CreateVersion7(), services.Options.Lease, services.Options.Retention);

    private long _claimedAt;

    internal async ValueTask<(IdempotentResult<TResult> Result, StoredOutcome Outcome)> ExecuteAsync(long waitEnd, CancellationToken cancellationToken)
    {
        var claim = await ClaimAsync(waitEnd, cancellationToken).ConfigureAwait(false);
        if (claim.Status == IdempotencyClaimStatus.Replay)
        {
            flight.SetClaimed(isRunning: false);
            return (call.Replay(claim.Outcome), claim.Outcome);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            await SettleAsync(claim.Lease, IdempotencyFailurePolicy.Release, failure: null).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        flight.SetClaimed(isRunning: true);
        var value = await RunAsync(claim.Lease, cancellationToken).ConfigureAwait(false);
        var outcome = await StoreAsync(claim.Lease, value).ConfigureAwait(false);
        return (new(value, Replayed: false), outcome);
    }

    private async ValueTask<IdempotencyClaim> ClaimAsync(long waitEnd, CancellationToken cancellationToken)
    {
        for (var poll = 1; ; poll++)
        {
            _claimedAt = services.Clock.Now;
            var claim = await AskAsync(cancellationToken).ConfigureAwait(false);
            switch (claim.Status)
            {
                case IdempotencyClaimStatus.Mismatch:
                    throw IdempotencyException.Mismatch(call.Key);
                case IdempotencyClaimStatus.InDoubt:
                    throw IdempotencyException.InDoubt(call.Key);
                case IdempotencyClaimStatus.InProgress:
                    await PauseAsync(poll, claim.RetryAfter, waitEnd, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    return claim;
            }
        }
    }

    /// <summary>Asks the store, which a caller that leaves cancels. What it grants all the same is not abandoned: it would hold the key for
    /// a whole lease.</summary>
    private async ValueTask<IdempotencyClaim> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await services.StoreCalls.ExecuteAsync(
                services.Claim, new StoreClaim(services.Store, _request, cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && !OutcomeRules.IsFatal(exception))
        {
            throw CallerCancellation.Of(exception, cancellationToken);
        }
    }

    private async ValueTask PauseAsync(int poll, TimeSpan retryAfter, long waitEnd, CancellationToken cancellationToken)
    {
        flight.SetClaimed(isRunning: true);
        var left = services.Clock.Until(waitEnd, services.Clock.Now);
        if (!services.Options.Waits || left <= TimeSpan.Zero)
        {
            throw IdempotencyException.Conflict(call.Key, retryAfter);
        }

        var pause = new Backoff(services.Options.PollInterval, services.Options.MaxPollInterval).After(poll);
        pause = retryAfter < pause ? retryAfter : pause;
        pause = left < pause ? left : pause;
        await Task.Delay(pause > TimeSpan.Zero ? pause : services.Options.PollInterval, services.Clock.Provider, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<TResult> RunAsync(IdempotencyLease lease, CancellationToken cancellationToken)
    {
        using var run = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var keeper = new LeaseKeeper(services, lease, _claimedAt, run);
        var running = RunningKeys.Enter(services.Store, call.Key);
        try
        {
            return await call.Operation.Operation(call.State, lease, run.Token).Preserve().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            var callerCanceled = cancellationToken.IsCancellationRequested;
            await keeper.DisposeAsync().ConfigureAwait(false);
            if (keeper.IsLost)
            {
                throw IdempotencyException.LeaseLost(call.Key, exception);
            }

            await SettleAsync(lease, call.PolicyFor(exception, callerCanceled), exception).ConfigureAwait(false);
            if (!callerCanceled || !CallerCancellation.IsReportedBy(exception))
            {
                throw; // a failure of the operation, which concerns the duplicates too
            }

            var canceled = CallerCancellation.Of(exception, cancellationToken);
            if (ReferenceEquals(canceled, exception))
            {
                throw;
            }

            throw canceled;
        }
        finally
        {
            running.End();
            await keeper.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends the claim as the policy says. The caller gets the failure itself, whether or not the store could be reached.</summary>
    private async ValueTask SettleAsync(IdempotencyLease lease, IdempotencyFailurePolicy policy, Exception? failure)
    {
        var settled = await services.Completion.TryExecuteAsync(
            static (run, token) => run.Policy switch
            {
                IdempotencyFailurePolicy.Store => run.Store.CompleteAsync(run.Lease, StoredFailure.From(run.Failure!), run.Retention, token),
                IdempotencyFailurePolicy.Release => run.Store.ReleaseAsync(run.Lease, token),

                // In doubt, or what OnException returned is no policy: without an answer nobody can say that running it again does no harm.
                _ => run.Store.MarkInDoubtAsync(run.Lease, token),
            },
            (services.Store, Lease: lease, Policy: policy, Failure: failure, services.Options.Retention),
            CancellationToken.None).ConfigureAwait(false);
        if (settled.Status != OutcomeStatus.Success)
        {
            services.Report(lease.Key, (settled.Exception, policy), static (logger, key, facts) => logger.FailureNotStored(key, facts.policy, facts.Exception));
        }
        else if (!settled.Value)
        {
            services.Report(lease.Key, lease.Fence, static (logger, key, fence) => logger.LeaseLost(key, fence));
        }
    }

    private async ValueTask<StoredOutcome> StoreAsync(IdempotencyLease lease, TResult value)
    {
        StoredOutcome outcome;
        try
        {
            outcome = call.Store(value);
        }
        catch (Exception)
        {
            // The effect has happened and cannot be described: it must not happen again.
            await SettleAsync(lease, IdempotencyFailurePolicy.InDoubt, failure: null).ConfigureAwait(false);
            throw;
        }

        // Not with the caller's token: the effect has happened, whether or not the caller still waits.
        var stored = await services.Completion.TryExecuteAsync(
            static (run, token) => run.Store.CompleteAsync(run.Lease, run.Outcome, run.Retention, token),
            (services.Store, Lease: lease, Outcome: outcome, services.Options.Retention),
            CancellationToken.None).ConfigureAwait(false);
        return stored.Status != OutcomeStatus.Success ? throw IdempotencyException.CompletionUnknown(call.Key, stored.Exception!)
            : stored.Value ? outcome
            : throw IdempotencyException.LeaseLost(call.Key);
    }
}
