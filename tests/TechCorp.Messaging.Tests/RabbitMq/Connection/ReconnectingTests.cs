using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>How long the supervisor waits before it connects again, on a real server behind a line that breaks.</summary>
public sealed class ReconnectingTests : IAsyncDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private readonly NotedClock _clock = new();
    private readonly TcpProxy _proxy = new(RabbitMqServer.Uri.Host, RabbitMqServer.Port);
    private readonly ConnectionSupervisor _supervisor;

    public ReconnectingTests()
    {
        var options = new RabbitMqOptions { Uris = [RabbitMqServer.Through(_proxy.Port)], ReconnectDelay = First, MaxReconnectDelay = TimeSpan.FromSeconds(2) };
        _supervisor = new ConnectionSupervisor(options, "reconnecting", (_, _) => Task.CompletedTask, _clock, NullLogger.Instance, new LoggedCauses());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Safeguard("A line that breaks now and then comes back at once", SwitchedOff = "`ReconnectBackoff.IsSettled` asks for as long as the longest wait")]
    [Fact]
    public async Task A_line_that_breaks_now_and_then_comes_back_at_once_each_time()
    {
        var waits = await WaitsAsync(losses: 5, lived: TimeSpan.FromSeconds(1));

        waits.Should().HaveCount(5).And.OnlyContain(wait => wait <= First);
    }

    [Safeguard("A broker that drops connections is asked less and less often", SwitchedOff = "`ReconnectBackoff.IsSettled` is always true")]
    [Fact]
    public async Task A_broker_that_drops_connections_as_they_open_is_asked_less_and_less_often()
    {
        var waits = await WaitsAsync(losses: 4, lived: TimeSpan.Zero);

        waits.Should().HaveCount(4).And.BeInAscendingOrder();
        waits[3].Should().BeGreaterThanOrEqualTo(First * 4);
    }

    [Fact, Trait("Spec", "PB15")]
    public async Task A_start_that_is_given_up_says_why_no_attempt_succeeded()
    {
        _proxy.Close();
        using var caller = new CancellationTokenSource();
        var start = _supervisor.StartAsync(caller.Token);
        await Eventually.Holds(() => !_clock.Waits.IsEmpty, "the first attempt has failed");

        await caller.CancelAsync();

        var cancelled = (await FluentActions.Awaiting(() => start).Should().ThrowAsync<OperationCanceledException>()
            .WithMessage($"*127.0.0.1:{_proxy.Port}*not reached*refused*")).Which;
        cancelled.CancellationToken.Should().Be(caller.Token);
    }

    [Fact]
    public async Task A_logger_that_throws_prevents_no_reconnect()
    {
        var queue = $"reconnecting.{Guid.CreateVersion7():n}";
        var handled = 0;
        using var loggers = new ThrowingLoggers();
        await using var bus = await MessageBus.StartAsync(
            builder => builder
                .UseRabbitMq(RabbitMqServer.Through(_proxy.Port).ToString(), options => options.ReconnectDelay = TimeSpan.FromMilliseconds(20))
                .UseLoggerFactory(loggers)
                .AddMessage("job", new JobFormat())
                .AddTopology(Topology.WorkQueue(queue))
                .AddConsumer<Job>(queue, (_, _, _) => Task.FromResult(Interlocked.Increment(ref handled))),
            Cancellation);
        _proxy.Cut();

        await bus.Publisher.PublishAsync(new Job(1), Destination.ToQueue(queue), cancellationToken: Cancellation);

        await Eventually.Holds(() => Volatile.Read(ref handled) > 0, "the consumer is back too");
        loggers.Heard.Should().BePositive();
    }

    public async ValueTask DisposeAsync()
    {
        await _supervisor.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    private async Task<TimeSpan[]> WaitsAsync(int losses, TimeSpan lived)
    {
        await _supervisor.StartAsync(Cancellation);
        for (var loss = 1; loss <= losses; loss++)
        {
            var link = await Eventually.Ends(_supervisor.GetAsync(Cancellation), "it is connected");
            _clock.Advance(lived);
            _proxy.Cut();
            await Eventually.Ends(link.Lost, "the loss is seen");
            await Eventually.Holds(() => _clock.Waits.Count == loss, $"it waits for the {loss}th time");
            _clock.Advance(_clock.Waits.Last());
        }

        return [.. _clock.Waits];
    }

    /// <summary>Notes the waits for a connection; what is as long as a second is a limit for something else.</summary>
    private sealed class NotedClock : FakeTimeProvider
    {
        public ConcurrentQueue<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime > TimeSpan.Zero && dueTime < TimeSpan.FromSeconds(1))
            {
                Waits.Enqueue(dueTime);
            }

            return timer;
        }
    }
}
