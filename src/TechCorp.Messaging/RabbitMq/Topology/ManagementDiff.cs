namespace TechCorp.Messaging;

/// <summary>Completes what AMQP shows: all arguments that differ, which bindings are there, and which are there without being declared.</summary>
internal static class ManagementDiff
{
    internal static async Task<IReadOnlyList<TopologyChange>> CompleteAsync(IReadOnlyList<TopologyChange> changes, Topology topology, ManagementApi api,
        CancellationToken cancellationToken)
    {
        var complete = changes.ToDictionary(change => change.Subject, StringComparer.Ordinal);
        foreach (var queue in topology.Queues.Where(queue => !queue.IsExclusive).OrderBy(queue => queue.Name, StringComparer.Ordinal))
        {
            var subject = TopologyNames.Of(queue);
            if (complete[subject].Kind == TopologyChangeKind.Conflict
                && await api.QueueAsync(queue.Name, cancellationToken).ConfigureAwait(false) is { } theirs)
            {
                complete[subject] = complete[subject] with { Detail = string.Join(' ', theirs.DifferencesTo(queue).DefaultIfEmpty(complete[subject].Detail)) };
            }

            foreach (var binding in await api.BindingsAsync(queue.Name, cancellationToken).ConfigureAwait(false))
            {
                var ours = topology.BindingSet.FirstOrDefault(own => own with { Header = null } == binding); // what is bound by a header has one binding only
                var (kind, name) = (ours is null ? TopologyChangeKind.Undeclared : TopologyChangeKind.Identical, TopologyNames.Of(ours ?? binding));
                complete[name] = new TopologyChange(kind, name);
            }
        }

        return [.. complete.Values];
    }
}
