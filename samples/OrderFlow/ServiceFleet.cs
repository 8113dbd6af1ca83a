using AnalyticsService;
using ImageService;
using InventoryService;
using Microsoft.AspNetCore.Builder;
using NotificationService;
using OrderService;
using PaymentService;
using TechCorp.Messaging;
using TechCorp.Samples;

namespace OrderFlow;

/// <summary>Runs the six services in one process. Each has its own loopback port and its own database, as on separate machines.</summary>
internal sealed class ServiceFleet(FlowSettings settings) : IAsyncDisposable
{
    private readonly List<WebApplication> _running = [];
    private readonly InMemoryBroker? _broker = settings.RabbitMq is null ? new InMemoryBroker() : null;

    /// <summary>Shorter durations than the services' defaults, so that a run takes seconds instead of minutes.</summary>
    internal static IReadOnlyDictionary<string, string?> Shortened { get; } = new Dictionary<string, string?>
    {
        ["TechCorp:Resilience:Pipelines:gateway:CircuitBreaker:RecoveryTimeout"] = "00:00:02",
        ["TechCorp:Resilience:Pipelines:gateway:Retry:BaseDelay"] = "00:00:00.1",
        ["TechCorp:Resilience:Pipelines:inventory:CircuitBreaker:RecoveryTimeout"] = "00:00:02",
        ["TechCorp:Resilience:Pipelines:inventory:Retry:BaseDelay"] = "00:00:00.1",
        ["TechCorp:Outbox:Sagas:RetryBaseDelay"] = "00:00:00.1",
    };

    internal Uri Orders { get; private set; } = null!;

    internal Uri Inventory { get; private set; } = null!;

    internal Uri Payments { get; private set; } = null!;

    internal Uri Images { get; private set; } = null!;

    internal IEnumerable<string> Addresses => _running.SelectMany(service => service.Urls);

    /// <summary>Starts the subscribers before the order service, so that every event finds its queues.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        Inventory = await StartAsync(InventoryApp.Build(For("inventory-service")), cancellationToken);
        Payments = await StartAsync(PaymentApp.Build(For("payment-service")), cancellationToken);
        await StartAsync(NotificationApp.Build(For("notification-service")), cancellationToken);
        await StartAsync(AnalyticsApp.Build(For("analytics-service")), cancellationToken);
        Images = await StartAsync(ImageApp.Build(For("image-service")), cancellationToken);
        var dependencies = new Dictionary<string, Uri> { ["inventory"] = Inventory, ["payments"] = Payments };
        Orders = await StartAsync(OrderApp.Build(For("order-service") with { Dependencies = dependencies }), cancellationToken);
    }

    /// <summary>The settings of one service.</summary>
    internal ServiceSettings For(string name) => new()
    {
        Name = name,
        RabbitMq = settings.RabbitMq,
        Postgres = settings.Postgres,
        DataDirectory = settings.DataDirectory,
        Broker = _broker,
        Configuration = new Dictionary<string, string?>(Shortened) { ["Gateway:OutageSwitch"] = "true", ["Gateway:Mutation"] = settings.Mutation },
        Quiet = true,
    };

    /// <summary>Stops the services in reverse order.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(_running))
        {
            await service.StopAsync();
            await service.DisposeAsync();
        }

        _running.Clear();
    }

    private async Task<Uri> StartAsync(WebApplication service, CancellationToken cancellationToken)
    {
        _running.Add(service);
        await service.StartAsync(cancellationToken);
        return new Uri(service.Urls.First());
    }
}
