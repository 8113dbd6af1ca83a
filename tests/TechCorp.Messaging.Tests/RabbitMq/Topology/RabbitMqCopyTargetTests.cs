using RabbitMQ.Client;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>What an operator may take away from the way of dead letters while the service runs, seen through the plain client.</summary>
public sealed class RabbitMqCopyTargetTests : RabbitMqTransportTest
{
    [Safeguard("Targets are looked at without a failing message")]
    [Theory, Trait("Spec", "FM3")]
    [InlineData("exchange")]
    [InlineData("binding")]
    [InlineData("queue")]
    public async Task What_the_broker_dead_letters_finds_its_way_again(string taken)
    {
        var (exchange, queue) = (Backend.Exchange("dlx"), Backend.Queue());
        var deadLetters = Topology.DeadLetterQueueOf(queue);
        var transport = await Backend.StartAsync(new PublisherOptions());
        await using var bus = await MessageBus.StartAsync(
            m => m.UseTransport(_ => transport).UseDeadLetterExchange(exchange).AddTopology(Topology.WorkQueue(queue))
                .AddMessage("order.created", TestJson.Default.OrderCreated)
                .AddConsumer<OrderCreated>(queue, (_, _, _) => Task.CompletedTask, o => o.Policy = DeliveryPolicy.NoRetry),
            Cancellation);
        await using var channel = await RabbitMqServer.ChannelAsync();
        await (taken switch
        {
            "exchange" => channel.ExchangeDeleteAsync(exchange, cancellationToken: Cancellation),
            "binding" => channel.QueueUnbindAsync(deadLetters, exchange, deadLetters, cancellationToken: Cancellation),
            _ => channel.QueueDeleteAsync(deadLetters, ifUnused: false, ifEmpty: false, cancellationToken: Cancellation),
        });

        await Eventually.Holds(
            async () =>
            {
                await using var probe = await RabbitMqServer.ChannelAsync();
                try
                {
                    await probe.BasicPublishAsync(exchange, deadLetters, "x"u8.ToArray(), Cancellation);
                    return (await probe.QueueDeclarePassiveAsync(deadLetters, Cancellation)).MessageCount > 0;
                }
                catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
                {
                    return false; // it is not there yet
                }
            },
            "the exchange leads to the dead-letter queue again");
    }

    [Fact, Trait("Spec", "FM13")]
    public async Task A_dead_letter_exchange_of_another_kind_fails_the_start_with_a_remedy_that_is_possible()
    {
        var (exchange, queue) = (Backend.Exchange("dlx"), Backend.Queue());
        var transport = await Backend.StartAsync(new PublisherOptions());
        await transport.DeclareAsync(Topology.Fanout(exchange), TopologyMode.Create, Cancellation);

        var declare = () => transport.DeclareAsync(Topology.WorkQueue(new QueueDeclaration(queue) { DeadLetterExchange = exchange }), TopologyMode.Create,
            Cancellation);

        (await declare.Should().ThrowAsync<TopologyException>()).Which.Message.Should().Contain(exchange).And.Contain("UseDeadLetterExchange");
    }

    [Fact, Trait("Spec", "FM20")]
    public async Task A_broadcast_queue_is_exclusive_to_its_connection()
    {
        var exchange = Backend.Exchange();
        var transport = await Backend.StartAsync(new PublisherOptions());
        await transport.DeclareAsync(Topology.Broadcast(exchange), TopologyMode.Create, Cancellation);
        (await transport.CountAsync(Topology.BroadcastQueueOf(exchange), Cancellation)).Should().NotBeNull();

        await transport.DisposeAsync();

        var other = await Backend.StartAsync(new PublisherOptions());
        await Eventually.Holds(
            async () => (await other.PublishAsync(TextMessage.Of("x"), Destination.ToExchange(exchange), UnroutableBehavior.Fail, Eventually.Watchdog,
                Cancellation)).Kind == PublishOutcomeKind.Returned,
            "the queue is gone with the connection, without a consumer too");
    }
}
