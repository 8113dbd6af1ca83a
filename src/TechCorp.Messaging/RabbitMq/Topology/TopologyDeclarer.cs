using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace TechCorp.Messaging;

/// <summary>Declares or checks a topology on a separate channel: a refusal closes that channel and nothing else.</summary>
internal static class TopologyDeclarer
{
    /// <param name="connection">The connection.</param>
    /// <param name="topology">What is declared or checked.</param>
    /// <param name="mode">Which of the two.</param>
    /// <param name="accepted">What was found without a delivery limit before, and is extended; null to find that out each time.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="TopologyException">The broker has something otherwise, or not at all, or lets the user not declare it.</exception>
    internal static async Task<TopologyOutcome> DeclareAsync(IConnection connection, Topology topology, TopologyMode mode, AcceptedQueues? accepted,
        CancellationToken cancellationToken)
    {
        var outcome = new TopologyOutcome();
        if (mode == TopologyMode.Assume)
        {
            return outcome;
        }

        var declaring = new DeclaringChannel(connection);
        await using (declaring.ConfigureAwait(false))
        {
            foreach (var exchange in topology.Exchanges)
            {
                await declaring.DoAsync(TopologyNames.Of(exchange), channel => ExchangeAsync(channel, exchange, mode, cancellationToken), cancellationToken)
                    .ConfigureAwait(false);
            }

            foreach (var queue in topology.Queues)
            {
                await QueueAsync(declaring, queue, mode, outcome, accepted, cancellationToken).ConfigureAwait(false);
            }

            if (mode == TopologyMode.Create)
            {
                await BindAsync(declaring, topology, cancellationToken).ConfigureAwait(false);
            }
        }

        return outcome;
    }

    /// <summary>Declares what is missing, and bindings, which cannot be asked for. What exists is used as it is, whatever its arguments.</summary>
    /// <exception cref="TopologyException">Something is missing, and the broker refuses to let it be declared.</exception>
    internal static async Task<TopologyOutcome> RestoreAsync(DeclaringChannel declaring, Topology topology, AcceptedQueues accepted,
        CancellationToken cancellationToken)
    {
        var outcome = new TopologyOutcome();
        foreach (var exchange in topology.Exchanges)
        {
            var name = TopologyNames.Of(exchange);
            if (!await ExistsAsync(declaring, name, channel => ExchangeAsync(channel, exchange, TopologyMode.Validate, cancellationToken), cancellationToken)
                .ConfigureAwait(false))
            {
                await declaring.DoAsync(name, channel => ExchangeAsync(channel, exchange, TopologyMode.Create, cancellationToken), cancellationToken)
                    .ConfigureAwait(false);
            }
        }

        foreach (var queue in topology.Queues)
        {
            if (!await ExistsAsync(declaring, TopologyNames.Of(queue), channel => channel.QueueDeclarePassiveAsync(queue.Name, cancellationToken),
                cancellationToken).ConfigureAwait(false))
            {
                accepted.Remove(queue.Name);
                await QueueAsync(declaring, queue, TopologyMode.Create, outcome, accepted, cancellationToken).ConfigureAwait(false);
            }
        }

        await BindAsync(declaring, topology, cancellationToken).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Whether an exchange exists; the check needs no permission.</summary>
    internal static async Task<bool> ExchangeExistsAsync(IConnection connection, string exchange, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
        {
            try
            {
                await channel.ExchangeDeclarePassiveAsync(exchange, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == 404)
            {
                return false;
            }
        }
    }

    /// <summary>A queue's counts; null when it does not exist.</summary>
    internal static async Task<QueueCounts?> CountAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
        {
            try
            {
                var there = await channel.QueueDeclarePassiveAsync(queue, cancellationToken).ConfigureAwait(false);
                return new QueueCounts(there.MessageCount, (int)there.ConsumerCount);
            }
            catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == 404)
            {
                return null;
            }
        }
    }

    private static async Task<bool> ExistsAsync(DeclaringChannel declaring, string entity, Func<IChannel, Task> ask, CancellationToken cancellationToken)
    {
        try
        {
            await declaring.DoAsync(entity, ask, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TopologyException absence) when (absence.InnerException is OperationInterruptedException { ShutdownReason.ReplyCode: 404 })
        {
            return false;
        }
    }

    private static async Task BindAsync(DeclaringChannel declaring, Topology topology, CancellationToken cancellationToken)
    {
        foreach (var binding in topology.Bindings)
        {
            await declaring.DoAsync(TopologyNames.Of(binding), channel => channel.QueueBindAsync(binding.Queue, binding.Exchange, binding.RoutingKey,
                ArgumentsOf(binding), noWait: false, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task ExchangeAsync(IChannel channel, ExchangeDeclaration exchange, TopologyMode mode, CancellationToken cancellationToken)
        => mode == TopologyMode.Create
            ? channel.ExchangeDeclareAsync(exchange.Name, exchange.RoutesByHeader ? ExchangeType.Headers : TypeOf(exchange.Kind), durable: true,
                autoDelete: false, ArgumentsOf(exchange), cancellationToken: cancellationToken)
            : channel.ExchangeDeclarePassiveAsync(exchange.Name, cancellationToken);

    private static async Task QueueAsync(DeclaringChannel declaring, QueueDeclaration queue, TopologyMode mode, TopologyOutcome outcome,
        AcceptedQueues? accepted, CancellationToken cancellationToken)
    {
        var entity = TopologyNames.Of(queue);
        if (accepted?.Contains(queue.Name) == true)
        {
            if (await ExistsAsync(declaring, entity, channel => DeclareAsync(channel, queue, TopologyMode.Validate), cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            accepted.Remove(queue.Name);
        }

        try
        {
            await declaring.DoAsync(entity, channel => DeclareAsync(channel, queue, mode), cancellationToken).ConfigureAwait(false);
        }
        catch (TopologyException refusal) when (DeclareRefusal.IsMissingDeliveryLimit(refusal) && DeliveryLimits.WithoutUnbounded(queue) is not null)
        {
            await declaring.DoAsync(entity, channel => DeclareAsync(channel, DeliveryLimits.WithoutUnbounded(queue)!, mode), cancellationToken)
                .ConfigureAwait(false);
            if (accepted?.Add(queue.Name) != false)
            {
                outcome.WithoutDeliveryLimit.Add(queue.Name);
            }
        }

        async Task DeclareAsync(IChannel channel, QueueDeclaration wanted, TopologyMode how)
        {
            var there = how == TopologyMode.Create
                ? await channel.QueueDeclareAsync(wanted.Name, durable: !wanted.IsExclusive, wanted.IsExclusive, autoDelete: wanted.IsExclusive,
                    QueueArguments.Of(wanted), cancellationToken: cancellationToken).ConfigureAwait(false)
                : await channel.QueueDeclarePassiveAsync(wanted.Name, cancellationToken).ConfigureAwait(false);
            if (there.ConsumerCount == 0)
            {
                outcome.Unconsumed.Add(wanted.Name);
            }
        }
    }

    private static Dictionary<string, object?>? ArgumentsOf(ExchangeDeclaration exchange)
        => exchange.AlternateExchange is { } alternate ? new() { ["alternate-exchange"] = alternate } : null;

    private static Dictionary<string, object?>? ArgumentsOf(BindingDeclaration binding)
        => binding.Header is { } header ? new() { ["x-match"] = "all", [header] = BindingDeclaration.HeaderValue } : null;

    private static string TypeOf(ExchangeKind kind) => kind switch
    {
        ExchangeKind.Fanout => ExchangeType.Fanout,
        ExchangeKind.Topic => ExchangeType.Topic,
        ExchangeKind.Direct => ExchangeType.Direct,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of exchange."),
    };
}
