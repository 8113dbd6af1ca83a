namespace TechCorp.Outbox;

/// <summary>Sagas that were started in callers' transactions: nobody has told us yet whether those were committed. Each holds a slot.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class FreshSagas(SagaStore store, SagaDispatcher dispatcher, SagaOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, (SagaInstance Instance, SagaPlan Plan, long Since)> _waiting = []; // guarded by _gate

    internal void Add(SagaInstance instance, SagaPlan plan)
    {
        lock (_gate)
        {
            _waiting[instance.Id] = (instance, plan, time.GetTimestamp());
        }
    }

    /// <summary>Runs those that are in the database, and forgets those whose lease is over: if they come to be committed, they are found by being due.</summary>
    internal async Task RunCommittedAsync(CancellationToken cancellationToken)
    {
        Guid[] ids;
        lock (_gate)
        {
            ids = [.. _waiting.Keys];
        }

        var committed = ids.Length == 0 ? (IReadOnlySet<Guid>)new HashSet<Guid>() : await store.CommittedAsync(ids, cancellationToken).ConfigureAwait(false);
        foreach (var id in ids)
        {
            (SagaInstance Instance, SagaPlan Plan, long Since) fresh;
            lock (_gate)
            {
                var isOver = _waiting.TryGetValue(id, out fresh) && time.GetElapsedTime(fresh.Since) > options.Lease;
                if (!committed.Contains(id) && !isOver || !_waiting.Remove(id))
                {
                    continue;
                }
            }

            if (committed.Contains(id))
            {
                dispatcher.Run(fresh.Instance, fresh.Plan);
            }
            else
            {
                dispatcher.Return();
            }
        }
    }
}
