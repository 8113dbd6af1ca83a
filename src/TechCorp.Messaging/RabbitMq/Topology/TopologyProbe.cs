using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace TechCorp.Messaging;

/// <summary>What declaring would do, found out over AMQP: existence by a passive declaration, likeness by an active one of what exists. Each on a separate
/// channel, because a refusal closes it.</summary>
/// <remarks>What is deleted between the two declarations is created again; nothing that exists is changed.</remarks>
internal static class TopologyProbe
{
    internal static async Task<IReadOnlyList<TopologyChange>> AtAsync(IConnection connection, Topology topology, CancellationToken cancellationToken)
    {
        List<TopologyChange> changes = [];
        foreach (var exchange in topology.Exchanges.OrderBy(exchange => exchange.Name, StringComparer.Ordinal))
        {
            changes.Add(await OneAsync(connection, TopologyNames.Of(exchange), Topology.Empty.Add(exchange), cancellationToken).ConfigureAwait(false));
        }

        foreach (var queue in topology.Queues.OrderBy(queue => queue.Name, StringComparer.Ordinal))
        {
            changes.Add(await OneAsync(connection, TopologyNames.Of(queue), Topology.Empty.Add(queue), cancellationToken).ConfigureAwait(false));
        }

        changes.AddRange(topology.Bindings.Select(binding => new TopologyChange(TopologyChangeKind.Bind, TopologyNames.Of(binding)))
            .OrderBy(change => change.Subject, StringComparer.Ordinal));
        return changes;
    }

    private static async Task<TopologyChange> OneAsync(IConnection connection, string subject, Topology one, CancellationToken cancellationToken)
    {
        if (await RefusalAsync(connection, one, TopologyMode.Validate, cancellationToken).ConfigureAwait(false) is { } missing)
        {
            return missing.ReplyCode == 404 ? new TopologyChange(TopologyChangeKind.Create, subject) : throw missing.Mismatch;
        }

        return await RefusalAsync(connection, one, TopologyMode.Create, cancellationToken).ConfigureAwait(false) switch
        {
            null => new TopologyChange(TopologyChangeKind.Identical, subject),
            { ReplyCode: 406 } refusal => new TopologyChange(TopologyChangeKind.Conflict, subject, refusal.Mismatch.Difference),
            { } refusal => throw refusal.Mismatch,
        };
    }

    private static async Task<Refusal?> RefusalAsync(IConnection connection, Topology one, TopologyMode mode, CancellationToken cancellationToken)
    {
        try
        {
            await TopologyDeclarer.DeclareAsync(connection, one, mode, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (TopologyException mismatch) when (mismatch.InnerException is OperationInterruptedException { ShutdownReason: { } reason })
        {
            return new Refusal(reason.ReplyCode, mismatch);
        }
    }

    private sealed record Refusal(int ReplyCode, TopologyException Mismatch);
}
