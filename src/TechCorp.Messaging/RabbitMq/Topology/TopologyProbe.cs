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
            changes.Add(queue.IsExclusive
                ? new TopologyChange(TopologyChangeKind.Create, TopologyNames.Of(queue)) // each process makes its own
                : await OneAsync(connection, TopologyNames.Of(queue), Topology.Empty.Add(queue), cancellationToken).ConfigureAwait(false));
        }

        changes.AddRange(topology.Bindings.Select(binding => new TopologyChange(TopologyChangeKind.Bind, TopologyNames.Of(binding)))
            .OrderBy(change => change.Subject, StringComparer.Ordinal));
        return changes;
    }

    private static async Task<TopologyChange> OneAsync(IConnection connection, string subject, Topology one, CancellationToken cancellationToken)
    {
        if (await AnswerAsync(connection, one, TopologyMode.Validate, cancellationToken).ConfigureAwait(false) is { Mismatch: { } missing } absence)
        {
            return absence.ReplyCode == 404 ? new TopologyChange(TopologyChangeKind.Create, subject) : throw missing;
        }

        return await AnswerAsync(connection, one, TopologyMode.Create, cancellationToken).ConfigureAwait(false) switch
        {
            { Mismatch: null, Outcome.WithoutDeliveryLimit.Count: > 0 }
                => new TopologyChange(TopologyChangeKind.Identical, subject, TopologyChange.WithoutDeliveryLimit),
            { Mismatch: null } => new TopologyChange(TopologyChangeKind.Identical, subject),
            { ReplyCode: 406, Mismatch: { } mismatch } => new TopologyChange(TopologyChangeKind.Conflict, subject, mismatch.Difference),
            { Mismatch: { } mismatch } => throw mismatch,
        };
    }

    private static async Task<Answer> AnswerAsync(IConnection connection, Topology one, TopologyMode mode, CancellationToken cancellationToken)
    {
        try
        {
            return new Answer(await TopologyDeclarer.DeclareAsync(connection, one, mode, accepted: null, cancellationToken).ConfigureAwait(false));
        }
        catch (TopologyException mismatch) when (mismatch.InnerException is OperationInterruptedException { ShutdownReason: { } reason })
        {
            return new Answer(new TopologyOutcome(), reason.ReplyCode, mismatch);
        }
    }

    private sealed record Answer(TopologyOutcome Outcome, int ReplyCode = 0, TopologyException? Mismatch = null);
}
