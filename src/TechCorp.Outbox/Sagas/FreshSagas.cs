namespace TechCorp.Outbox;

/// <summary>Sagas that were started in callers' transactions: nobody has told us yet whether those were committed. They hold no slot, because many never are.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class FreshSagas(SagaStore store, SagaDispatcher dispatcher, SagaOptions options, TimeProvider timeProvider)
{
    private const int MaxWaiting = 1000;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, (SagaInstance Instance, SagaPlan Plan, long Since)> _waiting = []; // guarded by _gate
    private bool _closed; // guarded by _gate

    /// <summary>Whether one more would be looked after here.</summary>
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

    /// <summary>The process stops. Whatever is committed is found by others when its lease is over.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _waiting.Clear();
        }
    }

    /// <summary>Runs those that are in the database, as far as there are slots, and forgets those whose lease is over: if they come to be committed, they are found by being due.</summary>
    internal async Task RunCommittedAsync(CancellationToken cancellationToken)
    {
        Guid[] ids;
        lock (_gate)
        {
            foreach (var (id, _) in _waiting.Where(w => timeProvider.GetElapsedTime(w.Value.Since) > options.Lease).ToList())
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
            if (!dispatcher.TryReserve())
            {
                return;
            }

            if (Take(id) is { } fresh)
            {
                dispatcher.Run(fresh.Instance, fresh.Plan);
            }
            else
            {
                dispatcher.Return();
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
