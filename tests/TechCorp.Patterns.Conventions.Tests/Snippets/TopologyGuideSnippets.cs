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

    #region snippet: guide-topology-fail
    public static void FailOnFindings(MessagingBuilder messaging) => messaging.FailOnTopologyFindings();
    #endregion
}
