namespace TechCorp.Resilience;

/// <summary>
/// Renews a lease while its operation runs. When the store says that the lease is lost, or has not confirmed it until its end, the operation's token is
/// canceled, then and no later: from then on another call may run it.
/// </summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    private readonly IdempotencyServices _services;
    private readonly IdempotencyLease _lease;
    private readonly CancellationTokenSource _run;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private volatile bool _lost;
    private bool _disposed;

    /// <param name="services">Store, options, clock, log.</param>
    /// <param name="lease">The lease to keep.</param>
    /// <param name="claimedAt">The timestamp before the claim was asked for: the lease ends no later than its length after this.</param>
    /// <param name="run">Canceled when the lease is lost.</param>
    internal LeaseKeeper(IdempotencyServices services, IdempotencyLease lease, long claimedAt, CancellationTokenSource run)
    {
        _services = services;
        _lease = lease;
        _run = run;
        _loop = KeepAsync(claimedAt);
    }

    internal bool IsLost => _lost;

    /// <summary>Stops renewing; may be called again. Not thread-safe.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stop.Cancel();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task KeepAsync(long confirmedAt)
    {
        var length = _services.Options.Lease;
        while (true)
        {
            var end = _services.Clock.Add(confirmedAt, length);
            var left = _services.Clock.Until(end, _services.Clock.Now);
            await Task.Delay(left < length / 3 ? left : length / 3, _services.Clock.Provider, _stop.Token).ConfigureAwait(false);
            var asked = _services.Clock.Now;
            left = _services.Clock.Until(end, asked);
            if (left <= TimeSpan.Zero)
            {
                break;
            }

            try
            {
                if (!await RenewAsync(length, left).ConfigureAwait(false))
                {
                    break;
                }

                confirmedAt = asked;
            }
            catch (Exception exception) when (!_stop.IsCancellationRequested)
            {
                _services.Report(_lease.Key, exception, static (logger, key, failure) => logger.RenewalFailed(key, failure));
            }
        }

        _lost = true;
        _services.Report(_lease.Key, _lease.Fence, static (logger, key, fence) => logger.LeaseLost(key, fence));
        await _run.CancelAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> RenewAsync(TimeSpan length, TimeSpan left)
    {
        // An answer after the end of the lease is too late, and waiting for it would let the operation run beside the next owner's.
        using CancellationTokenSource? end = left < _services.Options.StoreTimeout ? new(left, _services.Clock.Provider) : null;
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, end?.Token ?? CancellationToken.None);
        return await _services.StoreCalls.ExecuteAsync(
            static (call, token) => call.Store.RenewAsync(call.Lease, call.Length, token),
            (_services.Store, Lease: _lease, Length: length),
            bound.Token).ConfigureAwait(false);
    }
}
