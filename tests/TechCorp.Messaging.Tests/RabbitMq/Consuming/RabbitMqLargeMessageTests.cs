using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Messages larger than the client or a consumer takes harm no other queue.</summary>
[Collection(nameof(BrokerControl))]
public sealed class RabbitMqLargeMessageTests : RabbitMqTransportTest
{
    private const int MiB = 1024 * 1024;
    private const int Messages = 360;
    private readonly LogLines _log = new();
    private readonly ConcurrentQueue<int> _sizes = [];
    private readonly string _large;
    private readonly string _small;
    private int _handled;

    public RabbitMqLargeMessageTests() => (_large, _small) = (Backend.Queue(), Backend.Queue());

    [Safeguard("A message larger than the client's own limit closes no connection", SwitchedOff = "`ConnectionOpener` leaves the client's limit at 64 MiB")]
    [Fact, Trait("Spec", "FM1")]
    public async Task A_message_over_64_MiB_is_handled_and_closes_no_connection()
    {
        await LimitAsync(128 * MiB);
        using var host = HostOf(RabbitMqOptions.LargestBodyBytes);
        await host.StartAsync(Cancellation);

        await SendAsync(_large, (64 * MiB) + 1024);
        await SendAsync(_small, [.. Enumerable.Repeat(10, Messages)]);

        await Eventually.Holds(() => Volatile.Read(ref _handled) == Messages && !_sizes.IsEmpty, "all messages are handled", TimeSpan.FromSeconds(60));
        _sizes.Should().Equal((64 * MiB) + 1024);
        _log.Count(2001).Should().Be(0, "no connection was lost");
        await host.StopAsync(Cancellation);
    }

    [Safeguard("A consumer that is sent a message over the limit stops alone", SwitchedOff = "`RabbitMqConsumer` gives the message to the sink")]
    [Fact, Trait("Spec", "FM1")]
    public async Task Over_the_limit_the_queues_own_consumer_stops_alone_and_says_why()
    {
        using var host = HostOf(MiB);
        await host.StartAsync(Cancellation);

        await SendAsync(_large, 10, 2 * MiB, 20);
        await SendAsync(_small, [.. Enumerable.Repeat(10, Messages)]);

        await Eventually.Holds(() => Volatile.Read(ref _handled) == Messages, "the other queue is handled", TimeSpan.FromSeconds(60));
        await Eventually.Holds(() => StatusOf(host).State == ConsumerState.Stopped, "the consumer has stopped");
        StatusOf(host).StopReason.Should().Be($"a message of {2 * MiB} bytes is larger than MaxInboundMessageBodyBytes ({MiB})");
        var health = await host.Services.GetRequiredService<MessagingHealthCheck>().CheckHealthAsync(new(), Cancellation);
        health.Status.ToString().Should().Be("Degraded");
        health.Description.Should().Contain($"{_large} (Stopped: a message of {2 * MiB} bytes");
        _log.Entries.Where(entry => entry.EventId == 2026).Should().ContainSingle().Which.Text.Should().Contain($"'{_large}'").And.Contain($"{2 * MiB} bytes");
        _log.Count(2001).Should().Be(0, "no connection was lost");
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(_large) == 2, "the large message and the one behind it are back in the queue");
        _sizes.Should().Equal(10);

        await host.StopAsync(Cancellation);
        (await RabbitMqServer.ReadyAsync(_large)).Should().Be(2);
    }

    [Theory, Trait("Spec", "FM1")]
    [InlineData(64 * 1024, 100_000)] // a header frame over the limit, but under the frame's own (128 KiB)
    [InlineData(MiB, 0)] // a body of more than one frame
    public async Task A_body_of_just_the_limit_is_handled_whatever_its_frames(int limit, int headerBytes)
    {
        using var host = HostOf(limit);
        await host.StartAsync(Cancellation);

        await SendAsync(_large, new Dictionary<string, object?> { ["note"] = new string('x', headerBytes) }, limit);

        await Eventually.Holds(() => !_sizes.IsEmpty, "it is handled");
        _sizes.Should().Equal(limit);
        StatusOf(host).StopReason.Should().BeNull();
        _log.Count(2001).Should().Be(0, "no connection was lost");
        await host.StopAsync(Cancellation);
    }

    [Fact, Trait("Spec", "FM1")]
    public async Task When_the_message_is_gone_the_consumer_can_be_resumed()
    {
        using var host = HostOf(MiB);
        await host.StartAsync(Cancellation);
        await SendAsync(_large, 2 * MiB);
        await Eventually.Holds(() => StatusOf(host).State == ConsumerState.Stopped, "the consumer has stopped");
        var consumers = host.Services.GetRequiredService<MessageConsumers>();

        await consumers.ResumeAsync(_large, Cancellation);
        await Eventually.Holds(() => _log.Count(2026) == 2, "the same message stops it again");
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(_large) == 1, "the message is back in the queue");
        await PurgeAsync();
        await consumers.ResumeAsync(_large, Cancellation);
        await SendAsync(_large, 30);

        await Eventually.Holds(() => _sizes.Contains(30), "the next message is handled");
        StatusOf(host).StopReason.Should().BeNull();
        await host.StopAsync(Cancellation);
    }

    [Fact, Trait("Spec", "FM1")]
    public async Task A_dead_letter_over_the_limit_can_be_read_and_discarded()
    {
        using var host = HostOf(MiB);
        await host.StartAsync(Cancellation);
        await SendAsync($"{_large}.dlq", 2 * MiB);
        var deadLetters = host.Services.GetRequiredService<DeadLetterQueues>();

        (await deadLetters.PeekAsync(_large, cancellationToken: Cancellation)).Should().ContainSingle().Which.Body.Length.Should().Be(2 * MiB);
        (await deadLetters.DiscardAsync(_large, _ => true, Cancellation)).Should().Be(1);

        _log.Count(2001).Should().Be(0, "no connection was lost");
        await host.StopAsync(Cancellation);
    }

    [Safeguard("A consumer that is sent a message over the limit stops alone")]
    [Fact, Trait("Spec", "FM1")]
    public async Task A_dead_letter_over_the_limit_that_is_redriven_is_not_lost_and_stops_its_consumer_alone()
    {
        using var host = HostOf(MiB);
        await host.StartAsync(Cancellation);
        await SendAsync($"{_large}.dlq", 2 * MiB);

        var result = await host.Services.GetRequiredService<DeadLetterQueues>().RedriveAsync(_large, cancellationToken: Cancellation);

        result.Redriven.Should().Be(1);
        await Eventually.Holds(() => StatusOf(host).State == ConsumerState.Stopped, "its consumer has stopped");
        await Eventually.Holds(async () => await RabbitMqServer.ReadyAsync(_large) == 1, "the message is in its queue");
        (await RabbitMqServer.ReadyAsync($"{_large}.dlq")).Should().Be(0);
        await SendAsync(_small, [.. Enumerable.Repeat(10, Messages)]);
        await Eventually.Holds(() => Volatile.Read(ref _handled) == Messages, "the other queue is handled");
        _log.Count(2001).Should().Be(0, "no connection was lost");
        await host.StopAsync(Cancellation);
    }

    private static Task LimitAsync(int bytes) => BrokerControl.RabbitMqCtlAsync("eval", // 4.x keeps the limit in both places
        $"application:set_env(rabbit, max_message_size, {bytes}), persistent_term:put(max_message_size, {bytes}).");

    private static Task SendAsync(string queue, params int[] sizes) => SendAsync(queue, [], sizes);

    private static async Task SendAsync(string queue, Dictionary<string, object?> headers, params int[] sizes)
    {
        var connection = await new ConnectionFactory { Uri = RabbitMqServer.Uri }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancellation);
        foreach (var size in sizes)
        {
            var properties = new BasicProperties { Type = "bytes", Persistent = true, Headers = headers };
            await channel.BasicPublishAsync("", queue, mandatory: true, properties, new byte[size], Cancellation);
        }

        await connection.CloseAsync(Cancellation);
    }

    private async Task PurgeAsync()
    {
        await using var channel = await RabbitMqServer.ChannelAsync();
        await channel.QueuePurgeAsync(_large, Cancellation);
    }

    private ConsumerStatus StatusOf(IHost host) => host.Services.GetRequiredService<MessageConsumers>().Status().Single(status => status.Queue == _large);

    private IHost HostOf(int limit) => new HostBuilder()
        .ConfigureServices(services => services
            .AddSingleton<ILoggerFactory>(_log)
            .AddTechCorpMessaging(messaging => messaging
                .UseRabbitMq(RabbitMqServer.Uri.ToString(), options => options.MaxInboundMessageBodyBytes = limit)
                .AddMessage("bytes", new SizeFormat())
                .AddTopology(Topology.WorkQueue(_large).Add(Topology.WorkQueue(_small)))
                .AddConsumer<Job>(_large, (job, _, _) =>
                {
                    _sizes.Enqueue(job.Number);
                    return Task.CompletedTask;
                })
                .AddConsumer<Job>(_small, (_, _, _) =>
                {
                    Interlocked.Increment(ref _handled);
                    return Task.CompletedTask;
                })))
        .Build();

    /// <summary>Reads a body as its size.</summary>
    private sealed class SizeFormat : IMessageSerializer<Job>
    {
        public string ContentType => "application/octet-stream";

        public ReadOnlyMemory<byte> Serialize(Job payload) => new byte[payload.Number];

        public Job Deserialize(ReadOnlySpan<byte> body) => new(body.Length);
    }
}
