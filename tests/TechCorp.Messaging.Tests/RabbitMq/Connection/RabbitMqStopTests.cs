using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>A stop ends with the time given to it, whatever the broker does not answer.</summary>
[Collection(nameof(BrokerControl))]
public sealed class RabbitMqStopTests : RabbitMqTransportTest
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostOverrun = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _timeProvider = new();
    private readonly TcpProxy _proxy = new(RabbitMqServer.Uri.Host, RabbitMqServer.Port);
    private RabbitMqTransport? _transport;

    public override async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await base.DisposeAsync();
    }

    [Safeguard("A stop waits for closings only a moment longer than its budget", SwitchedOff = "`ClosingBudget.EndsAsync` waits for the closing")]
    [Fact, Trait("Spec", "FM11")]
    public async Task Under_a_memory_alarm_a_stop_ends_with_its_budget()
    {
        var queue = Backend.Queue();
        var bus = await StartAsync(queue, RabbitMqServer.Uri, (_, _, _) => Task.CompletedTask);
        await BrokerControl.RabbitMqCtlAsync("set_vm_memory_high_watermark", "0.000001");
        try
        {
            var publish = PublishUntilBlockedAsync(bus, $"{queue}.dlq", Cancellation);
            await Eventually.Holds(() => _transport!.PublishingState == TransportState.Blocked, "the broker says that it blocks");

            (await OverrunAsync(bus)).Should().BeLessThanOrEqualTo(MostOverrun);

            (await Eventually.Ends(publish, "its caller has an answer")).IsConfirmed.Should().BeFalse();
        }
        finally
        {
            await BrokerControl.RabbitMqCtlAsync("set_vm_memory_high_watermark", "absolute", "1GB");
        }
    }

    [Fact, Trait("Spec", "FM11")]
    public async Task Under_a_memory_alarm_handlers_that_publish_without_their_token_hold_up_no_stop()
    {
        var queue = Backend.Queue();
        var handling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var blocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        MessageBus? bus = null;
        bus = await StartAsync(queue, RabbitMqServer.Uri, async (_, _, _) =>
        {
            handling.TrySetResult();
            await blocked.Task;
            await PublishUntilBlockedAsync(bus!, $"{queue}.dlq", CancellationToken.None);
        });
        await bus.Publisher.PublishAsync(new Job(1), Destination.ToQueue(queue), cancellationToken: Cancellation); // before the alarm, which would block it
        await Eventually.Ends(handling.Task, "the handler runs");
        await BrokerControl.RabbitMqCtlAsync("set_vm_memory_high_watermark", "0.000001");
        try
        {
            blocked.SetResult();
            await Eventually.Holds(() => _transport!.PublishingState == TransportState.Blocked, "its publish is blocked");

            (await OverrunAsync(bus)).Should().BeLessThanOrEqualTo(MostOverrun);
        }
        finally
        {
            await BrokerControl.RabbitMqCtlAsync("set_vm_memory_high_watermark", "absolute", "1GB");
        }
    }

    [Theory, Trait("Spec", "FM11")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_a_broker_that_is_frozen_a_stop_ends_with_its_budget(bool handlerIgnoresItsToken)
    {
        var queue = Backend.Queue();
        var handling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bus = await StartAsync(queue, RabbitMqServer.Through(_proxy.Port), (_, _, _) =>
        {
            handling.TrySetResult();
            return handlerIgnoresItsToken ? release.Task : Task.CompletedTask;
        });
        await bus.Publisher.PublishAsync(new Job(1), Destination.ToQueue(queue), cancellationToken: Cancellation);
        await Eventually.Ends(handling.Task, "the handler runs");
        _proxy.Stall();
        var publish = bus.Publisher.TryPublishAsync(TextMessage.Of("x"), Destination.ToQueue(queue), cancellationToken: Cancellation).AsTask();

        (await OverrunAsync(bus)).Should().BeLessThanOrEqualTo(MostOverrun);

        (await Eventually.Ends(publish, "its caller has an answer")).IsConfirmed.Should().BeFalse();
        release.SetResult();
    }

    [Safeguard("A stop waits for closings only a moment longer than its budget")]
    [Fact, Trait("Spec", "FM11")]
    public async Task With_a_broker_whose_process_is_stopped_a_stop_ends_with_its_budget()
    {
        var queue = Backend.Queue();
        var handling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bus = await StartAsync(queue, RabbitMqServer.Uri, (_, _, _) =>
        {
            handling.TrySetResult();
            return release.Task;
        });
        await bus.Publisher.PublishAsync(new Job(1), Destination.ToQueue(queue), cancellationToken: Cancellation);
        await Eventually.Ends(handling.Task, "the handler runs");
        await using var frozen = await BrokerControl.FreezeAsync();
        var publish = bus.Publisher.TryPublishAsync(TextMessage.Of("x"), Destination.ToQueue(queue), cancellationToken: Cancellation).AsTask();

        (await OverrunAsync(bus)).Should().BeLessThanOrEqualTo(MostOverrun);

        (await Eventually.Ends(publish, "its caller has an answer")).IsConfirmed.Should().BeFalse();
        release.SetResult();
    }

    [Fact, Trait("Spec", "FM11")]
    public async Task A_start_that_waits_for_a_frozen_broker_is_stopped_with_its_budget()
    {
        var queue = Backend.Queue();
        _proxy.Stall();
        using var host = new HostBuilder()
            .ConfigureServices(services => services
                .AddSingleton<TimeProvider>(_timeProvider)
                .AddTechCorpMessaging(bus => Configure(bus, queue, RabbitMqServer.Through(_proxy.Port), (_, _, _) => Task.CompletedTask)
                    .UseStartupTimeout(TimeSpan.Zero)))
            .Build();
        await host.StartAsync(Cancellation);

        (await OverrunAsync(host.StopAsync)).Should().BeLessThanOrEqualTo(MostOverrun);
    }

    private MessagingBuilder Configure(MessagingBuilder bus, string queue, Uri uri, Func<Job, MessageContext, CancellationToken, Task> handle)
        => bus.UseTransport(settings => _transport = new RabbitMqTransport(new RabbitMqOptions { Uris = [uri] }, settings.Publisher, settings.AppId,
                _timeProvider, NullLogger.Instance))
            .ConfigurePublisher(publisher => publisher.Timeout = TimeSpan.FromHours(1))
            .AddMessage("job", new JobFormat())
            .AddTopology(Topology.WorkQueue(queue))
            .AddConsumer(queue, handle, consumer => consumer.StalledConsumerTimeout = null);

    private Task<MessageBus> StartAsync(string queue, Uri uri, Func<Job, MessageContext, CancellationToken, Task> handle)
        => MessageBus.StartAsync(bus => Configure(bus.UseTimeProvider(_timeProvider), queue, uri, handle), Cancellation);

    /// <summary>The alarm reaches the broker's connections a moment after it is raised, so what is published at once may still be confirmed.</summary>
    private static async Task<PublishOutcome> PublishUntilBlockedAsync(MessageBus bus, string queue, CancellationToken cancellationToken)
    {
        while (true)
        {
            var outcome = await bus.Publisher.TryPublishAsync(TextMessage.Of("x"), Destination.ToQueue(queue), cancellationToken: cancellationToken);
            if (!outcome.IsConfirmed)
            {
                return outcome;
            }
        }
    }

    private Task<TimeSpan> OverrunAsync(MessageBus bus) => OverrunAsync(bus.StopAsync);

    /// <summary>How much later than its budget a stop ends, by the clock that all waits follow. The clock goes slower than the real one: what threads need to
    /// run is no wait.</summary>
    private async Task<TimeSpan> OverrunAsync(Func<CancellationToken, Task> stop)
    {
        using var budget = new CancellationTokenSource(Budget, _timeProvider);
        var stopping = stop(budget.Token);
        _timeProvider.Advance(Budget);
        var passed = _timeProvider.GetUtcNow();
        await Eventually.Holds(
            () =>
            {
                if (!stopping.IsCompleted)
                {
                    _timeProvider.Advance(TimeSpan.FromMilliseconds(5));
                }

                return stopping.IsCompleted;
            },
            "the stop ends");
        await stopping;
        return _timeProvider.GetUtcNow() - passed;
    }
}
