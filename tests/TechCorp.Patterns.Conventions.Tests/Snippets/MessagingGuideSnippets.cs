#region snippet: usings-messaging
using Microsoft.Extensions.DependencyInjection;
using TechCorp.Messaging;
#endregion

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

internal static class MessagingGuideSnippets
{
    internal static Task PublishWithoutSubscribersAsync(IMessagePublisher publisher, OrderCreated order, CancellationToken cancellationToken)
    {
        #region snippet: guide-accept-unroutable
        return publisher.PublishAsync(order, options: new PublishOptions { UnroutableBehavior = UnroutableBehavior.Accept },
            cancellationToken: cancellationToken);
        #endregion
    }

    internal static Task PublishWithOptionsAsync(IMessagePublisher publisher, OrderCreated order, string causedBy, CancellationToken cancellationToken)
    {
        #region snippet: guide-publish-options
        return publisher.PublishAsync(order, new PublishOptions
        {
            CorrelationId = causedBy,
            Headers = new Dictionary<string, string> { ["tenant"] = "acme" },
            Priority = 5,
            Expiration = TimeSpan.FromMinutes(10),
        }, cancellationToken);
        #endregion
    }

    internal static Task PublishListAsync(IMessagePublisher publisher, IReadOnlyList<object> events)
    {
        #region snippet: guide-runtime-type
        return Task.WhenAll(events.Select(one => publisher.PublishAsync(one))); // each as what it is, to its own destination
        #endregion
    }

    internal static Task RemindAsync(IMessagePublisher publisher, OrderCreated order, CancellationToken cancellationToken)
    {
        #region snippet: guide-delayed-publish
        return publisher.PublishAsync(order, new PublishOptions { Delay = TimeSpan.FromMinutes(15) }, cancellationToken);
        #endregion
    }

    internal static void DeclareDelayLadder(MessagingBuilder messaging)
    {
        #region snippet: guide-delay-ladder
        messaging.AddTopology(Topology.DelayLadder(Destination.ToExchange("events.fanout"), longest: TimeSpan.FromHours(1)));
        #endregion
    }

    internal static void DeclareQueueWithTimeToLive(MessagingBuilder messaging)
    {
        #region snippet: guide-dead-letters
        messaging.AddTopology(Topology.WorkQueue(new QueueDeclaration("orders.process") { MessageTimeToLive = TimeSpan.FromHours(24) }));
        #endregion
    }

    internal static void KeepOrderPerKey(MessagingBuilder messaging)
    {
        #region snippet: guide-ordering-key
        messaging.AddConsumer<ResizeWorker, ImageResize>(consumer =>
        {
            consumer.Concurrency = 4;
            consumer.Prefetch = 16;
            consumer.OrderingKey = context => context.CorrelationId; // messages with the same key are handled one at a time, in order
        });
        #endregion
    }

    internal static void ChooseQueueKinds(MessagingBuilder messaging)
    {
        #region snippet: guide-queue-kinds
        messaging
            .AddTopology(Topology.WorkQueue(new QueueDeclaration("orders.process") { DeliveryLimit = 20 })) // the limit of the existing queue
            .AddTopology(Topology.WorkQueue(new QueueDeclaration("thumbnails.warm") { Kind = QueueKind.Classic }));
        #endregion
    }

    internal static void KeepQueueWithoutDeliveryLimit(MessagingBuilder messaging)
    {
        #region snippet: guide-no-delivery-limit
        messaging.AddTopology(Topology.Empty
            .AddExchange(Topology.DeadLetterExchange, ExchangeKind.Direct)
            .Add(new QueueDeclaration("orders.process")
            {
                DeadLetterExchange = Topology.DeadLetterExchange,
                DeadLetterRoutingKey = "orders.process.dlq",
                RejectPublishWhenFull = true,
            })
            .Add(new QueueDeclaration("orders.process.dlq") { DeliveryLimit = 1_000_000_000 })
            .AddBinding(Topology.DeadLetterExchange, "orders.process.dlq", "orders.process.dlq"));
        #endregion
    }

    internal static void ConnectToCluster(IServiceCollection services, Uri first, Uri second, Uri third)
    {
        #region snippet: guide-cluster
        services.AddTechCorpMessaging(messaging => messaging
            .UseRabbitMq(broker => broker.Uris = [first, second, third])
            .UseTopologyMode(TopologyMode.Validate));
        services.AddHealthChecks().AddCheck<MessagingHealthCheck>("messaging");
        #endregion
    }

    internal static async Task PauseAsync(MessageConsumers consumers, CancellationToken cancellationToken)
    {
        #region snippet: guide-pause
        await consumers.PauseAsync("images.resize", cancellationToken); // running handlers finish; messages that none has begun are requeued
        foreach (var consumer in consumers.Status())
        {
            Console.WriteLine($"{consumer.Queue}: {consumer.State}, {consumer.Running} handlers run");
        }

        await consumers.ResumeAsync("images.resize", cancellationToken);
        #endregion
    }
}
