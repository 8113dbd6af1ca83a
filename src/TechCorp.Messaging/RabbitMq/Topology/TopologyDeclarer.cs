using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace TechCorp.Messaging;

/// <summary>Declares or checks a topology on a separate channel: a refusal closes that channel and nothing else.</summary>
internal static class TopologyDeclarer
{
    /// <exception cref="TopologyException">The broker has something otherwise, or not at all, or lets the user not declare it.</exception>
    internal static async Task<TopologyOutcome> DeclareAsync(IConnection connection, Topology topology, TopologyMode mode,
        CancellationToken cancellationToken, IReadOnlyCollection<string>? knownWithoutDeliveryLimit = null)
    {
        var outcome = new TopologyOutcome(knownWithoutDeliveryLimit);
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
                await QueueAsync(declaring, queue, mode, outcome, cancellationToken).ConfigureAwait(false);
            }

            foreach (var binding in mode == TopologyMode.Create ? topology.Bindings : [])
            {
                await declaring.DoAsync(TopologyNames.Of(binding), channel => channel.QueueBindAsync(binding.Queue, binding.Exchange, binding.RoutingKey,
                    ArgumentsOf(binding), noWait: false, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
        }

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

    private static Task ExchangeAsync(IChannel channel, ExchangeDeclaration exchange, TopologyMode mode, CancellationToken cancellationToken)
        => mode == TopologyMode.Create
            ? channel.ExchangeDeclareAsync(exchange.Name, exchange.RoutesByHeader ? ExchangeType.Headers : TypeOf(exchange.Kind), durable: true,
                autoDelete: false, ArgumentsOf(exchange), cancellationToken: cancellationToken)
            : channel.ExchangeDeclarePassiveAsync(exchange.Name, cancellationToken);

    private static async Task QueueAsync(DeclaringChannel declaring, QueueDeclaration queue, TopologyMode mode, TopologyOutcome outcome,
        CancellationToken cancellationToken)
    {
        var known = outcome.KnownWithoutDeliveryLimit.Contains(queue.Name);
        try
        {
            await declaring.DoAsync(TopologyNames.Of(queue), channel => DeclareAsync(channel, queue, passively: known), cancellationToken).ConfigureAwait(false);
        }
        catch (TopologyException refusal) when (known && DeclareRefusal.IsMissing(refusal))
        {
            await declaring.DoAsync(TopologyNames.Of(queue), channel => DeclareAsync(channel, queue), cancellationToken).ConfigureAwait(false);
        }
        catch (TopologyException refusal) when (DeclareRefusal.IsMissingDeliveryLimit(refusal) && DeliveryLimits.WithoutUnbounded(queue) is not null)
        {
            await declaring.DoAsync(TopologyNames.Of(queue), channel => DeclareAsync(channel, DeliveryLimits.WithoutUnbounded(queue)!), cancellationToken)
                .ConfigureAwait(false);
            outcome.WithoutDeliveryLimit.Add(queue.Name);
        }

        async Task DeclareAsync(IChannel channel, QueueDeclaration wanted, bool passively = false)
        {
            var there = mode == TopologyMode.Create && !passively
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
