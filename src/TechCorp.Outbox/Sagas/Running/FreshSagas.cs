namespace TechCorp.Outbox;

/// <summary>Sagas that were started in callers' transactions which may not have been committed yet. They hold no slot, because some never are.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class FreshSagas(SagaStore store, SagaDispatcher dispatcher, SagaOptions options, TimeProvider timeProvider)
{
    private const int MaxWaiting = 1000;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, (SagaInstance Instance, SagaPlan Plan, long Since)> _waiting = []; // guarded by _gate
    private bool _closed; // guarded by _gate

    /// <summary>Whether one more can wait here.</summary>
    internal bool HasRoom
    {
        get
        {
            lock (_gate)
            {
                return !_closed && _waiting.Count < MaxWaiting;
            }
        }
    }

    internal void Add(SagaInstance instance, SagaPlan plan)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _waiting[instance.Id] = (instance, plan, timeProvider.GetTimestamp());
            }
        }
    }

    /// <summary>The process stops. Committed sagas are found by other processes when their lease ends.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _waiting.Clear();
        }
    }

    /// <summary>Runs the committed ones, as far as there are slots, and forgets those whose lease has ended: if they are committed later,
    /// they are found by being due.</summary>
    internal async Task RunCommittedAsync(CancellationToken cancellationToken)
    {
        Guid[] ids;
        lock (_gate)
        {
            foreach (var (id, _) in _waiting.Where(w => timeProvider.GetElapsedTime(w.Value.Since) > options.LeaseDuration).ToList())
            {
                _waiting.Remove(id);
            }

            ids = [.. _waiting.Keys];
        }

        if (ids.Length == 0)
        {
            return;
        }

        foreach (var id in await store.CommittedAsync(ids, cancellationToken).ConfigureAwait(false))
        {
            if (!dispatcher.TryReserveSlot())
            {
                return;
            }

            if (Take(id) is { } fresh)
            {
                dispatcher.Run(fresh.Instance, fresh.Plan);
            }
            else
            {
                dispatcher.ReleaseSlot();
            }
        }
    }

    private (SagaInstance Instance, SagaPlan Plan)? Take(Guid id)
    {
        lock (_gate)
        {
            return _waiting.Remove(id, out var fresh) ? (fresh.Instance, fresh.Plan) : null;
        }
    }
}
