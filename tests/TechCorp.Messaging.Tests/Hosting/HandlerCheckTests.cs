using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TechCorp.Messaging.Tests;

/// <summary>The start makes each handler once.</summary>
public sealed class HandlerCheckTests
{
    [Safeguard("Handlers are made when the host starts", SwitchedOff = "`MessagingHost` does not check them")]
    [Fact, Trait("Spec", "FM6")]
    public async Task Each_handler_that_cannot_be_made_is_named_with_its_reason_before_anything_is_connected()
    {
        var transport = new ScriptedTransport();
        using var host = HostOf(transport, m => m
            .AddConsumer<NeedsMailer, OrderCreated>()
            .AddConsumer<OrderShipped>("orders", _ => throw new InvalidOperationException("the factory fails"))
            .AddTopology(Topology.WorkQueue("second").Add(Topology.WorkQueue("third")))
            .AddConsumer<Throws, OrderCreated>()
            .AddConsumer<NeedsKeyed, OrderCreated>());

        var start = () => host.StartAsync(TestContext.Current.CancellationToken);

        var failures = (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Failures.ToList();
        failures.Should().HaveCount(4)
            .And.Contain(failure => Names(failure, nameof(NeedsMailer), nameof(IMailer), "'orders'"))
            .And.Contain(failure => Names(failure, "factory of OrderShipped", "the factory fails", "'orders'"))
            .And.Contain(failure => Names(failure, nameof(Throws), "the constructor fails", "'second'"))
            .And.Contain(failure => Names(failure, nameof(NeedsKeyed), nameof(IMailer), "'third'"));
        transport.Log.Entries.Should().NotContain("connect");
    }

    [Fact, Trait("Spec", "FM6")]
    public async Task A_handler_with_all_it_needs_is_disposed_after_the_check_also_when_only_asynchronously()
    {
        var transport = new ScriptedTransport();
        using var host = HostOf(transport, m => m.AddConsumer<NeedsKeyed, OrderCreated>().AddTopology(Topology.WorkQueue("third")),
            services => services.AddKeyedScoped<IMailer, AsyncMailer>("bulk"));

        await host.StartAsync(TestContext.Current.CancellationToken);

        transport.Log.Entries.Should().ContainInOrder("mailer disposed", "connect");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact, Trait("Spec", "FM6")]
    public async Task A_handler_may_need_the_publisher_and_the_consumers_of_its_own_messaging()
    {
        using var host = HostOf(new ScriptedTransport(), m => m.AddConsumer<Republishes, OrderCreated>());

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact, Trait("Spec", "FM6")]
    public async Task A_bus_without_a_container_names_the_handler_too()
    {
        var start = () => EngineFixture.StartAsync(m => m.AddConsumer<NeedsMailer, OrderCreated>());

        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain(nameof(NeedsMailer)).And.Contain(nameof(IMailer));
    }

    [Fact, Trait("Spec", "FM6")]
    public async Task A_keyed_messaging_is_checked_as_well()
    {
        using var host = new HostBuilder()
            .ConfigureServices(services => services.AddTechCorpMessaging("reporting", m => m.UseTransport(_ => new ScriptedTransport())
                .AddMessage("order.created", TestJson.Default.OrderCreated)
                .AddTopology(Topology.WorkQueue("orders"))
                .AddConsumer<NeedsMailer, OrderCreated>()))
            .Build();

        var start = () => host.StartAsync(TestContext.Current.CancellationToken);

        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain(nameof(IMailer));
    }

    private static bool Names(string failure, params string[] parts) => parts.All(part => failure.Contains(part, StringComparison.Ordinal));

    private static IHost HostOf(ScriptedTransport transport, Action<MessagingBuilder> configure, Action<IServiceCollection>? further = null)
        => new HostBuilder()
            .ConfigureServices(services =>
            {
                services.AddSingleton(transport.Log).AddSingleton<TimeProvider>(transport.Clock).AddTechCorpMessaging(m => configure(m
                    .UseTransport(_ => transport)
                    .AddMessage("order.created", TestJson.Default.OrderCreated)
                    .AddMessage("order.shipped", TestJson.Default.OrderShipped)
                    .AddTopology(Topology.WorkQueue("orders"))));
                further?.Invoke(services);
            })
            .Build();

    private interface IMailer;

    [Consumer(Queue = "orders")]
    private sealed class NeedsMailer(IMailer mailer) : IMessageHandler<OrderCreated>
    {
        public Task HandleAsync(OrderCreated message, MessageContext context, CancellationToken cancellationToken)
            => Task.FromResult(mailer);
    }

    [Consumer(Queue = "second")]
    private sealed class Throws : IMessageHandler<OrderCreated>
    {
        public Throws() => throw new InvalidOperationException("the constructor fails");

        public Task HandleAsync(OrderCreated message, MessageContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Consumer(Queue = "third")]
    private sealed class NeedsKeyed([FromKeyedServices("bulk")] IMailer mailer) : IMessageHandler<OrderCreated>
    {
        public Task HandleAsync(OrderCreated message, MessageContext context, CancellationToken cancellationToken) => Task.FromResult(mailer);
    }

    [Consumer(Queue = "orders")]
    private sealed class Republishes(IMessagePublisher publisher, MessageConsumers consumers, DeadLetterQueues deadLetters) : IMessageHandler<OrderCreated>
    {
        public Task HandleAsync(OrderCreated message, MessageContext context, CancellationToken cancellationToken)
            => Task.FromResult((publisher, consumers, deadLetters));
    }

    private sealed class AsyncMailer(EventLog log) : IMailer, IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            log.Add("mailer disposed");
            return ValueTask.CompletedTask;
        }
    }
}
