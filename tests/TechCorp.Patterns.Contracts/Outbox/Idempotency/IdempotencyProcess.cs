using System.Threading.Channels;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

/// <summary>A process with its own executor and a store that all share. Once dead it sends nothing, receives nothing, and its clock stands still.</summary>
internal sealed class IdempotencyProcess : IIdempotencyStore
{
    private readonly SqlIdempotencyStore _store;
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> _renewals = Channel.CreateUnbounded<bool>();

    internal IdempotencyProcess(SqlIdempotencyStore store, TimeSpan lease, bool waits = true)
    {
        _store = store;
        Executor = new IdempotencyExecutor(this, new IdempotencyOptions { Lease = lease, WaitTimeout = waits ? TimeSpan.FromSeconds(10) : TimeSpan.Zero },
            Clock);
    }

    internal IdempotencyExecutor Executor { get; }

    internal TimerClock Clock { get; } = new();

    /// <summary>Where it dies in a call to the store; null: nowhere.</summary>
    internal IdempotencyScenario? Scenario { get; set; }

    internal Task Died => _died.Task;

    internal bool IsAlive => !_died.Task.IsCompleted;

    /// <summary>The process is gone; nothing comes after this.</summary>
    internal Task<T> DieAsync<T>()
    {
        _died.TrySetResult();
        return new TaskCompletionSource<T>().Task;
    }

    internal Task RenewedAsync(CancellationToken cancellationToken) => _renewals.Reader.ReadAsync(cancellationToken).AsTask();

    public ValueTask<IdempotencyClaim> TryBeginAsync(IdempotencyClaimRequest request, CancellationToken cancellationToken)
        => CallAsync(() => _store.TryBeginAsync(request, cancellationToken), IdempotencyScenario.DiesBeforeTheClaim, IdempotencyScenario.DiesAfterTheClaim);

    public ValueTask<bool> CompleteAsync(IdempotencyLease lease, StoredOutcome outcome, TimeSpan retention, CancellationToken cancellationToken)
        => CallAsync(() => _store.CompleteAsync(lease, outcome, retention, cancellationToken), IdempotencyScenario.DiesBeforeTheCompletion,
            IdempotencyScenario.DiesAfterTheCompletion);

    public ValueTask<bool> ReleaseAsync(IdempotencyLease lease, CancellationToken cancellationToken)
        => CallAsync(() => _store.ReleaseAsync(lease, cancellationToken), null, null);

    public ValueTask<bool> MarkInDoubtAsync(IdempotencyLease lease, CancellationToken cancellationToken)
        => CallAsync(() => _store.MarkInDoubtAsync(lease, cancellationToken), null, null);

    public async ValueTask<bool> RenewAsync(IdempotencyLease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        var renewed = await CallAsync(() => _store.RenewAsync(lease, duration, cancellationToken), null, null);
        _renewals.Writer.TryWrite(renewed);
        return renewed;
    }

    public ValueTask<bool> ResolveAsync(IdempotencyKey key, StoredOutcome? outcome, TimeSpan retention, CancellationToken cancellationToken)
        => _store.ResolveAsync(key, outcome, retention, cancellationToken);

    public ValueTask<int> SweepAsync(int maxRecords, CancellationToken cancellationToken) => _store.SweepAsync(maxRecords, cancellationToken);

    private async ValueTask<T> CallAsync<T>(Func<ValueTask<T>> call, IdempotencyScenario? before, IdempotencyScenario? after)
    {
        if (!IsAlive || (before is not null && Scenario == before))
        {
            return await DieAsync<T>();
        }

        var answer = await call();
        return !IsAlive || (after is not null && Scenario == after) ? await DieAsync<T>() : answer;
    }
}
