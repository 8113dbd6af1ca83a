using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace TechCorp.Messaging;

/// <summary>Declares or checks a topology on a separate channel: a refusal closes that channel and nothing else.</summary>
internal static class TopologyDeclarer
{
    /// <returns>The queues that had no consumer when they were declared.</returns>
    /// <exception cref="TopologyException">The broker has something otherwise, or not at all, or lets the user not declare it.</exception>
    internal static async Task<IReadOnlyList<string>> DeclareAsync(IConnection connection, Topology topology, TopologyMode mode,
        CancellationToken cancellationToken)
    {
        List<string> unconsumed = [];
        if (mode == TopologyMode.Assume)
        {
            return unconsumed;
        }

        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
        {
            foreach (var exchange in topology.Exchanges)
            {
                await TellingAsync($"exchange '{exchange.Name}'", ExchangeAsync(channel, exchange, mode, cancellationToken)).ConfigureAwait(false);
            }

            foreach (var queue in topology.Queues)
            {
                var declaring = QueueAsync(channel, queue, mode, cancellationToken);
                await TellingAsync($"queue '{queue.Name}'", declaring).ConfigureAwait(false);
                if ((await declaring.ConfigureAwait(false)).ConsumerCount == 0)
                {
                    unconsumed.Add(queue.Name);
                }
            }

            if (mode == TopologyMode.Create)
            {
                foreach (var binding in topology.Bindings)
                {
                    await TellingAsync(
                        $"binding of exchange '{binding.Exchange}' to queue '{binding.Queue}' by '{binding.RoutingKey}'",
                        channel.QueueBindAsync(binding.Queue, binding.Exchange, binding.RoutingKey, null, noWait: false, cancellationToken))
                        .ConfigureAwait(false);
                }
            }
        }

        return unconsumed;
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
            ? channel.ExchangeDeclareAsync(exchange.Name, TypeOf(exchange.Kind), durable: true, autoDelete: false, arguments: null,
                cancellationToken: cancellationToken)
            : channel.ExchangeDeclarePassiveAsync(exchange.Name, cancellationToken);

    private static Task<QueueDeclareOk> QueueAsync(IChannel channel, QueueDeclaration queue, TopologyMode mode, CancellationToken cancellationToken)
        => mode == TopologyMode.Create
            ? channel.QueueDeclareAsync(queue.Name, durable: true, exclusive: false, autoDelete: false, QueueArguments.Of(queue),
                cancellationToken: cancellationToken)
            : channel.QueueDeclarePassiveAsync(queue.Name, cancellationToken);

    private static string TypeOf(ExchangeKind kind) => kind switch
    {
        ExchangeKind.Fanout => ExchangeType.Fanout,
        ExchangeKind.Topic => ExchangeType.Topic,
        ExchangeKind.Direct => ExchangeType.Direct,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of exchange."),
    };

    private static async Task TellingAsync(string entity, Task declaring)
    {
        try
        {
            await declaring.ConfigureAwait(false);
        }
        catch (OperationInterruptedException exception) when (DeclareRefusal.Of(entity, exception.ShutdownReason?.ReplyCode ?? 0,
            exception.ShutdownReason?.ReplyText ?? "", exception) is { } refusal)
        {
            throw refusal;
        }
    }
}
