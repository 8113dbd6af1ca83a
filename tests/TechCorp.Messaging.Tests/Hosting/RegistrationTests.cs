using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TechCorp.Messaging.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task Handlers_come_from_a_scope_for_each_message_and_the_attribute_is_read()
    {
        var transport = new ScriptedTransport();
        using var host = HostOf(transport, m => m.AddConsumer<Handler, OrderCreated>());
        await host.StartAsync(TestContext.Current.CancellationToken);

        transport.Sources["orders"].Deliver("m1");
        transport.Sources["orders"].Deliver("m2");

        await transport.Log.ContainsAsync("Acknowledge m1", "Acknowledge m2");
        transport.Log.Entries.Should().Contain("consume orders 5");
        transport.Log.Entries.Where(entry => entry is "handled m1" or "handled m2" or "disposed").Should()
            .Equal("disposed", "handled m1", "disposed", "handled m2", "disposed"); // the first was made by the start, to see that it can be
    }

    [Fact]
    public async Task Configuration_wins_over_code_and_code_over_the_attribute()
    {
        var transport = new ScriptedTransport();
        var settings = new Dictionary<string, string?> { ["TechCorp:Messaging:Consumers:orders:Prefetch"] = "9" };
        using var configured = HostOf(transport, m => m.AddConsumer<Handler, OrderCreated>(o => o.Prefetch = 7), settings);
        using var coded = HostOf(transport, m => m.AddConsumer<Handler, OrderCreated>(o => o.Prefetch = 7));

        await configured.StartAsync(TestContext.Current.CancellationToken);
        await coded.StartAsync(TestContext.Current.CancellationToken);

        transport.Log.Entries.Where(entry => entry.StartsWith("consume ", StringComparison.Ordinal)).Should().Equal("consume orders 9", "consume orders 7");
    }

    [Theory, Trait("Spec", "FM13"), Trait("Spec", "FM5")]
    [InlineData(null, null, "attribute.dlx")]
    [InlineData("code.dlx", null, "code.dlx")]
    [InlineData("code.dlx", "settings.dlx", "settings.dlx")]
    public async Task The_dead_letter_exchange_of_a_consumer_comes_from_attribute_code_or_configuration(string? code, string? configured, string expected)
    {
        var transport = new ScriptedTransport();
        Dictionary<string, string?> settings = [];
        if (configured is not null)
        {
            settings["TechCorp:Messaging:Consumers:orders:DeadLetterExchange"] = configured;
            settings["TechCorp:Messaging:Consumers:orders:WhenTypeUnknown"] = "deadletter";
        }

        using var host = HostOf(transport, m => m.AddConsumer<Elsewhere, OrderCreated>(o => o.DeadLetterExchange = code ?? o.DeadLetterExchange), settings);
        await host.StartAsync(TestContext.Current.CancellationToken);
        transport.Sources["orders"].Deliver("m1", type: "order.unknown");

        await transport.Log.ContainsAsync("Acknowledge m1");
        transport.Declared!.QueuesByName["orders"].DeadLetterExchange.Should().Be(expected);
        transport.Declared.ExchangesByName.Keys.Should().BeEquivalentTo("events.fanout", expected);
        transport.Published.Should().HaveCount(configured is null ? 0 : 1, "the attribute says Ignore, the configuration DeadLetter");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact, Trait("Spec", "FM13")]
    public async Task The_dead_letter_exchange_of_the_service_comes_from_configuration_over_code()
    {
        var transport = new ScriptedTransport();
        using var host = HostOf(transport, m => m.UseDeadLetterExchange("code.dlx").AddConsumer<Handler, OrderCreated>(),
            new() { ["TechCorp:Messaging:DeadLetterExchange"] = "settings.dlx" });

        await host.StartAsync(TestContext.Current.CancellationToken);

        transport.Declared!.ExchangesByName.Keys.Should().BeEquivalentTo("events.fanout", "settings.dlx");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact, Trait("Spec", "FM13"), Trait("Spec", "FM20")]
    public async Task Dead_letter_settings_that_cannot_be_kept_are_refused_at_the_start()
    {
        var name = new string('x', 256);
        using var host = HostOf(
            new ScriptedTransport(),
            m => m.AddTopology(Topology.Broadcast("cache").Add(new QueueDeclaration("bare")))
                .AddConsumer<OrderCreated>("orders", (_, _, _) => Task.CompletedTask, o => o.DeadLetterExchange = "")
                .AddConsumer<OrderCreated>("bare", (_, _, _) => Task.CompletedTask, o => o.DeadLetterExchange = "own")
                .AddConsumer<OrderCreated>("cache.broadcast", (_, _, _) => Task.CompletedTask,
                    o => o.Policy = new DeliveryPolicy { Delays = [TimeSpan.FromSeconds(1)] })
                .AddConsumer<OrderShipped>("cache.broadcast", (_, _, _) => Task.CompletedTask, o => o.WhenTypeUnknown = (UnknownTypeBehavior)9),
            new() { ["TechCorp:Messaging:DeadLetterExchange"] = name });

        var start = () => host.StartAsync(TestContext.Current.CancellationToken);

        var failures = (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Failures;
        foreach (var part in new[] { "DeadLetterExchange of queue 'orders'", "DeadLetterExchange of queue 'bare' is 'own'", "Policy of queue 'cache.broadcast'",
            "WhenTypeUnknown of queue 'cache.broadcast'", "TechCorp:Messaging:DeadLetterExchange: At most 255 bytes" })
        {
            failures.Should().Contain(failure => failure.Contains(part, StringComparison.Ordinal), part);
        }
    }

    [Fact]
    public async Task Every_problem_is_reported_at_once_when_the_host_starts()
    {
        var settings = new Dictionary<string, string?>
        {
            ["TechCorp:Messaging:Publisher:Timeout"] = "30",
            ["TechCorp:Messaging:Consumers:orders:Prefech"] = "9",
            ["TechCorp:Messaging:Consumers:orders:Policy:Delays:0"] = "soon",
            ["TechCorp:Messaging:Consumers:nowhere:Policy:Delays"] = "00:00:01",
        };
        using var host = HostOf(
            new ScriptedTransport(),
            m => m.ConfigurePublisher(o => o.MaxOutstandingConfirms = 0)
                .AddConsumer<Handler, OrderCreated>(o => o.Concurrency = 99)
                .AddConsumer<string>("nowhere", (_, _, _) => Task.CompletedTask)
                .AddConsumer<OrderShipped>("orders", (_, _, _) => Task.CompletedTask, o => o.Prefetch = 3)
                .UseRabbitMq("amqp//nonsense"),
            settings);

        var start = () => host.StartAsync(TestContext.Current.CancellationToken);

        var failures = (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Failures;
        string[] expected = ["Publisher:Timeout must be a duration", "Prefech is unknown; did you mean Prefetch?", "Delays:0",
            "Policy:Delays must be a list of durations", "TechCorp:Messaging:Publisher:MaxOutstandingConfirms must be at least 1",
            "Concurrency of queue 'orders'", "System.String, which is not registered",
            "'nowhere' is consumed, but not declared", "Prefetch of queue 'orders' is set twice, to 5 and to 3", "RabbitMq: the uri is not amqp://"];
        foreach (var part in expected)
        {
            failures.Should().Contain(failure => failure.Contains(part, StringComparison.Ordinal), part);
        }
    }

    [Fact]
    public async Task The_host_connects_first_and_disconnects_last_and_other_services_run_between()
    {
        var transport = new ScriptedTransport();
        using var host = new HostBuilder()
            .ConfigureServices(services =>
            {
                Add(services, transport, m => m.AddConsumer<Handler, OrderCreated>());
                services.AddHostedService(_ => new Between(transport.Log));
            })
            .Build();

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);

        transport.Log.Entries.Should()
            .Equal("disposed", "connect", "declare Create", "between starts", "consume orders 5", "cancel", "close", "between stops", "disconnect");
    }

    [Fact, Trait("Spec", "PB15")]
    public async Task A_broker_that_cannot_be_reached_does_not_block_the_host_forever()
    {
        var arrived = new TaskCompletionSource();
        var transport = new ScriptedTransport { Connect = token => arrived.Task.WaitAsync(token), State = TransportState.Connecting };
        using var host = HostOf(transport, m => m.AddConsumer<Handler, OrderCreated>().UseStartupTimeout(TimeSpan.FromSeconds(10)));

        var start = host.StartAsync(TestContext.Current.CancellationToken);
        await transport.Log.ContainsAsync("connect");
        transport.Clock.Advance(TimeSpan.FromSeconds(10));
        await start;

        transport.Log.Entries.Should().NotContain("consume orders 5");
        arrived.SetResult();
        await transport.Log.ContainsAsync("consume orders 5");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact, Trait("Spec", "PB15")]
    public async Task A_consumer_that_cannot_start_holds_up_neither_the_others_nor_the_host()
    {
        var arrived = new TaskCompletionSource();
        var transport = new ScriptedTransport();
        transport.Subscribe = (queue, token) => queue == "missing" ? arrived.Task.WaitAsync(token) : Task.CompletedTask;
        using var host = HostOf(transport, m => m
            .AddTopology(Topology.WorkQueue("missing"))
            .AddConsumer<OrderShipped>("missing", (_, _, _) => Task.CompletedTask)
            .AddConsumer<Handler, OrderCreated>()
            .UseStartupTimeout(TimeSpan.FromSeconds(10)));

        var start = host.StartAsync(TestContext.Current.CancellationToken);
        await transport.Log.ContainsAsync("consume orders 5");
        transport.Sources["orders"].Deliver("m1");
        await transport.Log.ContainsAsync("Acknowledge m1");
        while (!start.IsCompleted)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            transport.Clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        await start;
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Two_registrations_with_equal_policies_agree()
    {
        using var host = HostOf(new ScriptedTransport(), m => m
            .AddConsumer<Handler, OrderCreated>(o => o.Policy = new DeliveryPolicy { Delays = [TimeSpan.FromSeconds(3)] })
            .AddConsumer<OrderShipped>("orders", (_, _, _) => Task.CompletedTask, o => o.Policy = new DeliveryPolicy { Delays = [TimeSpan.FromSeconds(3)] }));

        await host.StartAsync(TestContext.Current.CancellationToken);
    }

    [Fact, Trait("Spec", "PB16")]
    public async Task A_broker_that_refuses_fails_the_hosts_start()
    {
        var transport = new ScriptedTransport { Connect = _ => Task.FromException(new InvalidOperationException("refused")) };
        using var host = HostOf(transport, m => m.AddConsumer<Handler, OrderCreated>());

        var start = () => host.StartAsync(TestContext.Current.CancellationToken);

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("refused");
    }

    [Fact]
    public async Task A_keyed_instance_is_apart_from_the_plain_one()
    {
        var (plain, reporting) = (new ScriptedTransport(), new ScriptedTransport());
        using var host = new HostBuilder()
            .ConfigureServices(services =>
            {
                Add(services, plain, _ => { });
                services.AddTechCorpMessaging("reporting",
                    m => m.UseTransport(_ => reporting).AddMessage("order.shipped", TestJson.Default.OrderShipped, Destination.ToQueue("reports")));
            })
            .Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        await host.Services.GetRequiredKeyedService<IMessagePublisher>("reporting")
            .PublishAsync(new OrderShipped("o1"), cancellationToken: TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<IMessagePublisher>()
            .PublishAsync(new OrderCreated("o1"), cancellationToken: TestContext.Current.CancellationToken);

        reporting.Published.Should().ContainSingle().Which.Destination.Should().Be(Destination.ToQueue("reports"));
        plain.Published.Should().ContainSingle().Which.Destination.Should().Be(Destination.ToExchange("events.fanout"));
    }

    [Fact]
    public async Task A_second_call_adds_to_the_first_and_retry_queues_are_declared_with_the_rest()
    {
        var transport = new ScriptedTransport();
        using var host = new HostBuilder()
            .ConfigureServices(services =>
            {
                Add(services, transport, _ => { });
                services.AddTechCorpMessaging(m => m.AddConsumer<Handler, OrderCreated>());
            })
            .Build();

        await host.StartAsync(TestContext.Current.CancellationToken);

        transport.Log.Entries.Count(entry => entry == "connect").Should().Be(1);
        transport.Declared!.Queues.Select(queue => queue.Name).Should()
            .BeEquivalentTo("orders", "orders.dlq", "orders.retry.1s", "orders.retry.2s", "orders.retry.4s", "orders.retry.8s");
    }

    [Fact, Trait("Spec", "OB3")]
    public async Task The_health_check_says_how_connection_and_consumers_stand()
    {
        var transport = new ScriptedTransport();
        using var host = HostOf(transport, m => m.AddConsumer<Handler, OrderCreated>());
        var check = host.Services.GetRequiredService<MessagingHealthCheck>();
        (await StatusAsync()).Should().Be("Unhealthy", "nothing has been started");
        await host.StartAsync(TestContext.Current.CancellationToken);
        (await StatusAsync()).Should().Be("Healthy");

        transport.State = TransportState.Blocked;
        (await StatusAsync()).Should().Be("Degraded");
        transport.State = TransportState.Connected;
        transport.Sources["orders"].IsConsuming = false;
        (await StatusAsync()).Should().Be("Degraded");
        transport.State = TransportState.Refused;
        (await StatusAsync()).Should().Be("Unhealthy");

        async Task<string> StatusAsync() => (await check.CheckHealthAsync(new(), TestContext.Current.CancellationToken)).Status.ToString();
    }

    [Safeguard("A handler that ignores its token is reported")]
    [Fact, Trait("Spec", "OB3"), Trait("Spec", "CN11")]
    public async Task A_handler_that_runs_past_its_timeout_degrades_the_health()
    {
        var transport = new ScriptedTransport();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource();
        using var host = HostOf(transport, m => m.AddConsumer<OrderCreated>("orders", (_, _, _) =>
        {
            started.SetResult();
            return release.Task;
        }));
        await host.StartAsync(TestContext.Current.CancellationToken);
        transport.Sources["orders"].Deliver("m1");
        await started.Task;

        transport.Clock.Advance(new ConsumerOptions().HandlerTimeout);

        var health = await host.Services.GetRequiredService<MessagingHealthCheck>().CheckHealthAsync(new(), TestContext.Current.CancellationToken);
        release.SetResult();
        health.Status.ToString().Should().Be("Degraded");
        health.Description.Should().Contain("orders (1 of 1)");
    }

    private static IHost HostOf(ScriptedTransport transport, Action<MessagingBuilder> configure, Dictionary<string, string?>? settings = null)
        => new HostBuilder()
        .ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection(settings ?? []))
        .ConfigureServices(services => Add(services, transport, configure))
        .Build();

    private static void Add(IServiceCollection services, ScriptedTransport transport, Action<MessagingBuilder> configure) => services
        .AddSingleton(transport.Log)
        .AddSingleton<TimeProvider>(transport.Clock)
        .AddTechCorpMessaging(m => configure(m.UseTransport(_ => transport)
            .AddMessage("order.created", TestJson.Default.OrderCreated, Destination.ToExchange("events.fanout"))
            .AddMessage("order.shipped", TestJson.Default.OrderShipped)
            .AddTopology(Topology.Fanout("events.fanout", "orders"))));

    [Consumer(Queue = "orders", Prefetch = 5)]
    private sealed class Handler(EventLog log) : IMessageHandler<OrderCreated>, IDisposable
    {
        public Task HandleAsync(OrderCreated message, MessageContext context, CancellationToken cancellationToken)
        {
            log.Add("handled " + context.MessageId);
            return Task.CompletedTask;
        }

        public void Dispose() => log.Add("disposed");
    }

    [Consumer(Queue = "orders", DeadLetterExchange = "attribute.dlx", WhenTypeUnknown = UnknownTypeBehavior.Ignore)]
    private sealed class Elsewhere : IMessageHandler<OrderCreated>
    {
        public Task HandleAsync(OrderCreated message, MessageContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Between(EventLog log) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            log.Add("between starts");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            log.Add("between stops");
            return Task.CompletedTask;
        }
    }
}
