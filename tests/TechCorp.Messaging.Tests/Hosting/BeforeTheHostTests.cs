using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Messaging starts and stops with the host: before and after, every call says so at once.</summary>
public sealed class BeforeTheHostTests : IAsyncDisposable
{
    private const string NotYet = "*messaging starts with the host*";
    private const string NoMore = "*messaging has stopped with its host*";
    private readonly InMemoryBroker _broker = new();
    private readonly string _queue = $"before.{Guid.CreateVersion7():n}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Safeguard("Messaging says that the host has not started", SwitchedOff = "`HostGate` is always open")]
    [Theory, Trait("Spec", "FM12")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Before_the_start_every_call_fails_at_once_and_says_what_to_do(bool rabbitMq)
    {
        using var host = HostOf(rabbitMq);

        await FailsAsync(host.Services, NotYet);
    }

    [Theory, Trait("Spec", "FM12")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_the_stop_every_call_fails_at_once_and_says_why(bool rabbitMq)
    {
        using var host = HostOf(rabbitMq);
        await host.StartAsync(Cancellation);
        await host.Services.GetRequiredService<IMessagePublisher>().PublishAsync(new Job(1), Destination.ToQueue(_queue), cancellationToken: Cancellation);
        await host.StopAsync(Cancellation);

        await FailsAsync(host.Services, NoMore);
        await DeleteAsync(rabbitMq);
    }

    [Fact, Trait("Spec", "FM12")]
    public async Task A_bus_without_a_container_says_that_it_has_stopped()
    {
        var bus = await MessageBus.StartAsync(messaging => Configure(messaging, rabbitMq: false), Cancellation);
        await bus.StopAsync(Cancellation);

        var publish = () => bus.Publisher.PublishAsync(new Job(1), Destination.ToQueue(_queue), cancellationToken: Cancellation);
        await publish.Should().ThrowAsync<InvalidOperationException>().WithMessage(NoMore);
        var peek = () => bus.DeadLetters.PeekAsync(_queue, cancellationToken: Cancellation);
        await peek.Should().ThrowAsync<InvalidOperationException>().WithMessage(NoMore);
        await bus.DisposeAsync();
    }

    [Theory, Trait("Spec", "FM12")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hosted_service_that_was_registered_before_messaging_publishes_as_it_starts_and_stops(bool rabbitMq)
    {
        using var host = HostOf(rabbitMq, services => services.AddHostedService<Greeter>(provider => new Greeter(provider, _queue)));

        await host.StartAsync(Cancellation);
        await host.StopAsync(Cancellation);

        host.Services.GetServices<IHostedService>().OfType<Greeter>().Single().Confirmed.Should().Be(2);
        await DeleteAsync(rabbitMq);
    }

    [Fact, Trait("Spec", "FM12")]
    public async Task A_service_that_publishes_before_messaging_connects_hears_it()
    {
        using var host = HostOf(rabbitMq: false, services => services.AddHostedService(provider => new Eager(provider, _queue)));

        var start = () => host.StartAsync(Cancellation);

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage(NotYet);
    }

    [Fact, Trait("Spec", "FM12")]
    public async Task A_queue_that_was_paused_and_resumed_before_the_start_is_consumed_by_the_start()
    {
        using var host = HostOf(rabbitMq: false);
        var consumers = host.Services.GetRequiredService<MessageConsumers>();
        await consumers.PauseAsync(_queue, Cancellation);

        await Eventually.Ends(consumers.ResumeAsync(_queue, Cancellation), "it does not wait for a broker");
        consumers.Status().Single().State.Should().Be(ConsumerState.Stopped);
        await host.StartAsync(Cancellation);

        consumers.Status().Single().State.Should().Be(ConsumerState.Idle);
        await host.StopAsync(Cancellation);
    }

    private async Task FailsAsync(IServiceProvider services, string because)
    {
        var publisher = services.GetRequiredService<IMessagePublisher>();
        var deadLetters = services.GetRequiredService<DeadLetterQueues>();
        var (message, destination) = (TextMessage.Of("x"), Destination.ToQueue(_queue));
        Func<Task>[] calls =
        [
            () => publisher.PublishAsync(new Job(1), destination, cancellationToken: Cancellation),
            () => publisher.TryPublishAsync(message, destination, cancellationToken: Cancellation).AsTask(),
            () => publisher.TryPublishBatchAsync([(message, destination)], cancellationToken: Cancellation).AsTask(),
            () => deadLetters.CountAsync(Cancellation),
            () => deadLetters.PeekAsync(_queue, cancellationToken: Cancellation),
            () => deadLetters.RedriveAsync(_queue, cancellationToken: Cancellation),
            () => deadLetters.DiscardAsync(_queue, _ => true, Cancellation),
        ];
        foreach (var call in calls)
        {
            await FluentActions.Awaiting(call).Should().ThrowAsync<InvalidOperationException>().WithMessage(because);
        }
    }

    private IHost HostOf(bool rabbitMq, Action<IServiceCollection>? first = null) => new HostBuilder()
        .ConfigureServices(services =>
        {
            first?.Invoke(services);
            services.AddTechCorpMessaging(messaging => Configure(messaging, rabbitMq));
        })
        .Build();

    private void Configure(MessagingBuilder messaging, bool rabbitMq)
    {
        (rabbitMq ? messaging.UseRabbitMq(RabbitMqServer.Uri.ToString()) : messaging.UseInMemory(_broker))
            .AddMessage("job", new JobFormat())
            .AddTopology(Topology.WorkQueue(_queue))
            .AddConsumer<Job>(_queue, (_, _, _) => Task.CompletedTask, consumer => consumer.Policy = new DeliveryPolicy { Delays = [] });
    }

    private async Task DeleteAsync(bool rabbitMq)
    {
        if (rabbitMq)
        {
            await RabbitMqServer.DeleteQueueAsync(_queue);
            await RabbitMqServer.DeleteQueueAsync($"{_queue}.dlq");
        }
    }

    private sealed class Greeter(IServiceProvider services, string queue) : IHostedService
    {
        internal int Confirmed { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken) => PublishAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => PublishAsync(cancellationToken);

        private async Task PublishAsync(CancellationToken cancellationToken)
        {
            await services.GetRequiredService<IMessagePublisher>().PublishAsync(new Job(1), Destination.ToQueue(queue), cancellationToken: cancellationToken);
            Confirmed++;
        }
    }

    private sealed class Eager(IServiceProvider services, string queue) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken)
            => services.GetRequiredService<IMessagePublisher>().PublishAsync(new Job(1), Destination.ToQueue(queue), cancellationToken: cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
