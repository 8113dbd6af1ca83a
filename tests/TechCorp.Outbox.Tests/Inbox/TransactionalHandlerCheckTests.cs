using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

/// <summary>The start makes each transactional handler once, and names it.</summary>
public sealed class TransactionalHandlerCheckTests : IAsyncLifetime
{
    private readonly SqliteDatabase _database = new();

    public async ValueTask InitializeAsync() => await _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Safeguard("A transactional handler is made when the host starts", SwitchedOff = "`MessagingHost` does not check the handlers")]
    [Fact, Trait("Spec", "FM6")]
    public async Task A_transactional_consumer_without_an_outbox_fails_the_start_which_names_the_handler()
    {
        using var broker = new InMemoryBroker();
        using var host = Host(broker, services => services.AddSingleton<Prices>());

        var start = () => host.StartAsync(TestContext.Current.CancellationToken);

        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Failures.Should().ContainSingle()
            .Which.Should().Contain(nameof(Recording)).And.Contain("'orders'").And.Contain(nameof(OutboxDatabase)).And.NotContain("factory of");
    }

    [Safeguard("A transactional handler is made when the host starts")]
    [Fact, Trait("Spec", "FM6")]
    public async Task A_missing_service_of_a_transactional_handler_fails_the_start()
    {
        using var broker = new InMemoryBroker();
        using var host = Host(broker, services => services.AddTechCorpOutbox(outbox => outbox.UseDatabase(_database.Database)));

        var start = () => host.StartAsync(TestContext.Current.CancellationToken);

        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain(nameof(Recording)).And.Contain(nameof(Prices));
    }

    [Fact, Trait("Spec", "FM6")]
    public async Task With_its_outbox_and_its_services_it_starts()
    {
        using var broker = new InMemoryBroker();
        using var host = Host(broker, services => services.AddSingleton<Prices>().AddTechCorpOutbox(outbox => outbox.UseDatabase(_database.Database)));

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact, Trait("Spec", "FM5")]
    public async Task The_attribute_of_a_transactional_handler_says_what_happens_to_unknown_types()
    {
        using var broker = new InMemoryBroker();
        using var host = Host(broker, services => services.AddSingleton<Prices>().AddTechCorpOutbox(outbox => outbox.UseDatabase(_database.Database)));
        await host.StartAsync(TestContext.Current.CancellationToken);

        await host.Services.GetRequiredService<IMessagePublisher>().TryPublishAsync(new Message { Body = "{}"u8.ToArray(), Type = "order.unknown" },
            Destination.ToQueue("orders"), cancellationToken: TestContext.Current.CancellationToken);

        await Eventually.Holds(() => host.Services.GetRequiredService<MessageConsumers>().Status()[0].Ignored == 1, "it is ignored");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static IHost Host(InMemoryBroker broker, Action<IServiceCollection> add)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddTechCorpMessaging(m => m
            .UseInMemory(broker)
            .AddMessage("order.created", ContractJson.Default.OrderCreated, Destination.ToQueue("orders"))
            .AddTopology(Topology.WorkQueue("orders"))
            .AddTransactionalConsumer<Recording, OrderCreated>());
        add(builder.Services);
        return builder.Build();
    }

    private sealed class Prices;

    [Consumer(Queue = "orders", WhenTypeUnknown = UnknownTypeBehavior.Ignore)]
    private sealed class Recording(Prices prices) : ITransactionalHandler<OrderCreated>
    {
        public Task HandleAsync(OrderCreated message, TransactionContext context, CancellationToken cancellationToken) => Task.FromResult(prices);
    }
}
