using TechCorp.Messaging;

namespace TechCorp.Patterns.Conventions.Tests.Snippets;

internal static class TopologyGuideSnippets
{
    #region snippet: guide-topology-plan
    public static async Task<int> CheckAsync(Action<MessagingBuilder> service, string broker, Uri management, CancellationToken cancellationToken)
    {
        var plan = await MessageBus.PlanAsync(
            messaging =>
            {
                service(messaging); // the service's own registration
                messaging.UseRabbitMq(broker, options => options.ManagementUri = management);
            },
            cancellationToken);
        Console.WriteLine(plan);
        return plan.HasConflicts ? 1 : 0;
    }
    #endregion

    #region snippet: guide-topology-lint
    public static IReadOnlyList<TopologyFinding> Findings() => Topology
        .Topic("notifications", ("notification.email.*", "notification.email"))
        .Lint(events: ["notification.email.order.confirmed"]); // one finding: the pattern has three words, the key four
    #endregion

    internal static void ChooseUnknownTypes(MessagingBuilder messaging)
    {
        #region snippet: guide-unknown-types
        messaging.AddConsumer<ConfirmationHandler, OrderCreated>(consumer => consumer.WhenTypeUnknown = UnknownTypeBehavior.DeadLetter);
        #endregion
    }

    internal static void ChooseDeadLetterExchange(MessagingBuilder messaging)
    {
        #region snippet: guide-dead-letter-exchange
        messaging
            .UseDeadLetterExchange("orders.dlx") // for all presets of this service
            .AddTopology(Topology.WorkQueue("orders.process"));
        #endregion
    }

    internal static void Broadcast(MessagingBuilder messaging, IDictionary<string, decimal> cache)
    {
        #region snippet: guide-broadcast
        messaging
            .AddTopology(Topology.Broadcast("prices.changed")) // every process has its own queue; its name here is 'prices.changed.broadcast'
            .AddMessage("prices.changed", ShopJson.Default.PricesChanged, Destination.ToExchange("prices.changed"))
            .AddConsumer<PricesChanged>(Topology.BroadcastQueueOf("prices.changed"), (message, _, _) =>
            {
                cache.Remove(message.Product);
                return Task.CompletedTask;
            });
        #endregion
    }

    #region snippet: guide-topology-fail
    public static void FailOnFindings(MessagingBuilder messaging) => messaging.FailOnTopologyFindings();
    #endregion
}
